import {
  Alert,
  Checkbox,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Radio,
  Skeleton,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { api } from '../api/client';
import type { Image, Machine } from '../api/types';
import { byteLength, diskSize } from '../format';
import { diskKey, readHardware, type Disk } from '../machine/hardware';
import { texts } from '../texts';
import type { Params } from './ActionDialog';
import {
  badKeyLine,
  keyLines,
  USER_DATA_LIMIT,
  userDataRecognised,
  userDataTooBig,
  validHostname,
} from './deploy';

const t = texts.deploy;
const REMEMBERED_KEYS = 'rackstead.ssh-keys';
const REMEMBERED_IMAGE = 'rackstead.image';

interface Props {
  machines: readonly Machine[];
  onChange: (params: Params) => void;
}

export function DeployForm({ machines, onChange }: Props) {
  const single = machines.length === 1 ? machines[0] : undefined;
  const images = useQuery({ queryKey: ['images'], queryFn: api.images });
  const detail = useQuery({
    queryKey: ['machine', single?.id],
    queryFn: () => api.machine(single!.id),
    enabled: single !== undefined,
  });
  const [chosen, setChosen] = useState(() => recall(REMEMBERED_IMAGE));
  const [hostname, setHostname] = useState(single?.hostname ?? '');
  const [keys, setKeys] = useState(() => recall(REMEMBERED_KEYS));
  const [userData, setUserData] = useState('');
  const [disk, setDisk] = useState('');
  const [consent, setConsent] = useState(false);

  const arches = new Set(machines.map((m) => m.arch));
  const usable = (images.data?.images ?? []).filter((image) =>
    [...arches].every((arch) => arch === '' || image.arch === arch),
  );
  const image = usable.find((i) => i.id === chosen) ?? usable[0];

  const disks = (readHardware(detail.data?.hardware)?.disks ?? []).filter((d) => !d.removable);
  const target = disks.find((d) => diskKey(d) !== '' && diskKey(d) === disk);
  const given = machines.every((m) => m.disks_given);
  const held = target ? target.holds : disks.flatMap((d) => d.holds);
  const mayHold = !given && (single === undefined || held.length > 0);
  // a disk that was named and holds data cannot be written without the operator's word
  const consentMissing = mayHold && target !== undefined && !consent;

  const badKey = badKeyLine(keys);
  const hostnameOk = validHostname(hostname);
  const tooBig = userDataTooBig(userData);
  const valid = image !== undefined && badKey === 0 && hostnameOk && !tooBig && !consentMissing;
  const params: Params = valid
    ? {
        image: image.id,
        // absent: the account's own keys
        ...(keyLines(keys).length === 0 ? {} : { ssh_keys: keyLines(keys) }),
        ...(userData.trim() === '' ? {} : { user_data: userData }),
        ...(single !== undefined && hostname !== '' ? { hostname } : {}),
        ...(target === undefined ? {} : { disk: diskKey(target) }),
        consent_to_wipe: consent,
      }
    : null;
  const sent = JSON.stringify(params);
  useEffect(() => {
    onChange(JSON.parse(sent) as Params);
    if (badKeyLine(keys) === 0) {
      remember(REMEMBERED_KEYS, keys);
    }
    if (image !== undefined) {
      remember(REMEMBERED_IMAGE, image.id);
    }
    // what is sent says all that changed
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [sent]);

  return (
    <>
      <ImageField
        loading={images.isPending}
        problem={images.isError ? images.error.message : ''}
        all={images.data?.images ?? []}
        usable={usable}
        arches={[...arches]}
        image={image}
        onChoose={setChosen}
      />
      <FormGroup label={t.disk} role="radiogroup" isStack fieldId="deploy-disk">
        {single === undefined ? (
          <span>{t.diskMany}</span>
        ) : detail.isPending ? (
          <Skeleton screenreaderText={texts.list.loading} />
        ) : disks.length === 0 ? (
          <span>{t.diskNoReport}</span>
        ) : (
          <DiskChoice disks={disks} image={image} disk={disk} onChoose={setDisk} />
        )}
      </FormGroup>
      {mayHold ? (
        <>
          <Alert
            isInline
            variant="warning"
            title={
              single === undefined
                ? t.consentMany
                : target
                  ? t.consentNeeded(target.holds.join(', '))
                  : t.consentAuto
            }
          />
          <Checkbox
            id="deploy-consent"
            label={t.consent}
            isChecked={consent}
            onChange={(_event, checked) => setConsent(checked)}
          />
        </>
      ) : null}
      {single === undefined ? null : (
        <FormGroup label={t.hostname} fieldId="deploy-hostname">
          <TextInput
            id="deploy-hostname"
            value={hostname}
            validated={hostnameOk ? 'default' : 'error'}
            onChange={(_event, value) => setHostname(value.trim())}
          />
          {hostnameOk ? null : <Help error>{t.hostnameBad}</Help>}
        </FormGroup>
      )}
      <FormGroup label={t.keys} fieldId="deploy-keys">
        <TextArea
          id="deploy-keys"
          className="rs-mono"
          rows={3}
          value={keys}
          spellCheck={false}
          placeholder="ssh-ed25519 AAAA…"
          validated={badKey === 0 ? 'default' : 'error'}
          resizeOrientation="vertical"
          onChange={(_event, value) => setKeys(value)}
        />
        {badKey === 0 ? <Help>{t.keysHelp}</Help> : <Help error>{t.keysBad(badKey)}</Help>}
      </FormGroup>
      <FormGroup label={t.userData} fieldId="deploy-user-data">
        <TextArea
          id="deploy-user-data"
          className="rs-mono"
          rows={4}
          value={userData}
          spellCheck={false}
          placeholder="#cloud-config"
          validated={tooBig ? 'error' : userDataRecognised(userData) ? 'default' : 'warning'}
          resizeOrientation="vertical"
          onChange={(_event, value) => setUserData(value)}
        />
        {tooBig ? (
          <Help error>
            {t.userDataBig(diskSize(byteLength(userData)), diskSize(USER_DATA_LIMIT))}
          </Help>
        ) : userDataRecognised(userData) ? (
          <Help>{t.userDataHelp}</Help>
        ) : (
          <Help>{t.userDataKind}</Help>
        )}
      </FormGroup>
    </>
  );
}

function ImageField(props: {
  loading: boolean;
  problem: string;
  all: Image[];
  usable: Image[];
  arches: string[];
  image: Image | undefined;
  onChoose: (id: string) => void;
}) {
  const { loading, problem, all, usable, arches, image, onChoose } = props;
  if (loading) {
    return <Skeleton screenreaderText={texts.list.loading} />;
  }
  if (problem !== '' || image === undefined) {
    const title = problem || (all.length === 0 ? t.noImages : t.noImageForArch(arches.join(', ')));
    return <Alert isInline variant="warning" title={title} />;
  }
  return (
    <FormGroup label={t.image} fieldId="deploy-image" isRequired>
      <FormSelect id="deploy-image" value={image.id} onChange={(_event, value) => onChoose(value)}>
        {usable.map((i) => (
          <FormSelectOption key={`${i.id} ${i.arch}`} value={i.id} label={`${i.id} (${i.arch})`} />
        ))}
      </FormSelect>
      <Help>{t.imageSize(diskSize(image.size_bytes), diskSize(image.compressed_bytes))}</Help>
    </FormGroup>
  );
}

function DiskChoice(props: {
  disks: Disk[];
  image: Image | undefined;
  disk: string;
  onChoose: (key: string) => void;
}) {
  const { disks, image, disk, onChoose } = props;
  return (
    <>
      <Radio
        id="deploy-disk-auto"
        name="deploy-disk"
        label={t.diskAuto}
        isChecked={disk === ''}
        onChange={() => onChoose('')}
      />
      {disks.map((d, i) => {
        const small = image !== undefined && d.sizeBytes < image.size_bytes;
        const nameless = diskKey(d) === '';
        return (
          <Radio
            key={`${d.name} ${i}`}
            id={`deploy-disk-${i}`}
            name="deploy-disk"
            isDisabled={small || nameless}
            label={[d.name, diskSize(d.sizeBytes), d.model].filter(Boolean).join(' · ')}
            description={[
              [d.transport, d.serial && `${texts.hardware.label.serial} ${d.serial}`, d.wwn]
                .filter(Boolean)
                .join(' · '),
              d.holds.length > 0 ? `${texts.hardware.label.holds}: ${d.holds.join(', ')}` : '',
              nameless ? t.diskNoId : small ? t.diskSmall : '',
            ]
              .filter(Boolean)
              .join(' – ')}
            isChecked={disk !== '' && disk === diskKey(d)}
            onChange={() => onChoose(diskKey(d))}
          />
        );
      })}
    </>
  );
}

function Help({ error, children }: { error?: boolean; children: ReactNode }) {
  return (
    <FormHelperText>
      <HelperText>
        <HelperTextItem variant={error ? 'error' : 'default'}>{children}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}

/** A browser may forbid storage; then nothing is remembered. */
function recall(key: string): string {
  try {
    return window.localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // nothing is lost but the convenience
  }
}
