import {
  Alert,
  Button,
  Content,
  Form,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { texts } from '../texts';
import type { BrokerKey, Target } from './types';

const t = texts.layers.targets;

/** A target, by the schema that its broker declares. A secret left empty stays as it is. */
export function TargetForm({
  target,
  onClose,
  onDone,
}: {
  target: Target;
  onClose: () => void;
  onDone: () => void;
}) {
  const fresh = target.name === '';
  const brokers = useQuery({ queryKey: ['brokers'], queryFn: api.brokers });
  const [name, setName] = useState(target.name);
  const [kind, setKind] = useState(target.broker);
  const [config, setConfig] = useState(target.config);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const broker = brokers.data?.brokers.find((one) => one.name === kind);
  const keys = Object.entries(broker?.config ?? {}).sort(byNeed);
  const missing = keys.some(
    ([key, about]) => about.required && !(config[key] ?? '') && (fresh || !about.secret),
  );

  const save = async () => {
    setBusy(true);
    setProblem('');
    const known = Object.entries(config).filter(([key, value]) => broker?.config?.[key] !== undefined && value !== '');
    try {
      await api.putTarget(name, kind, Object.fromEntries(known));
      onDone();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };

  return (
    <Modal isOpen variant="medium" aria-labelledby="target-title" onClose={onClose}>
      <ModalHeader labelId="target-title" title={fresh ? t.add : t.editLabel(target.name)} />
      <ModalBody>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
          <FormGroup label={t.columns.name} isRequired fieldId="target-name">
            <TextInput
              id="target-name"
              value={name}
              spellCheck={false}
              readOnlyVariant={fresh ? undefined : 'default'}
              onChange={(_event, value) => setName(value)}
            />
          </FormGroup>
          <FormGroup label={t.columns.broker} isRequired fieldId="target-broker">
            <FormSelect id="target-broker" value={kind} onChange={(_event, value) => setKind(value)}>
              <FormSelectOption value="" label={t.choose} isDisabled />
              {(brokers.data?.brokers ?? []).map((one) => (
                <FormSelectOption key={one.name} value={one.name} label={one.name} isDisabled={one.problem !== undefined} />
              ))}
            </FormSelect>
          </FormGroup>
          {broker?.description ? <Content component="small">{broker.description}</Content> : null}
          {keys.map(([key, about]) => (
            <Setting
              key={key}
              name={key}
              about={about}
              kept={about.secret && !fresh}
              value={config[key] ?? ''}
              onChange={(value) => setConfig({ ...config, [key]: value })}
            />
          ))}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button id="target-save" isDisabled={busy || name.trim() === '' || kind === '' || missing} onClick={() => void save()}>
          {t.save}
        </Button>
        <Button variant="link" onClick={onClose}>
          {texts.dialog.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** What has to be said comes first. */
export function byNeed([a, x]: [string, BrokerKey], [b, y]: [string, BrokerKey]): number {
  return Number(y.required) - Number(x.required) || (a < b ? -1 : 1);
}

function Setting({
  name,
  about,
  kept,
  value,
  onChange,
}: {
  name: string;
  about: BrokerKey;
  kept: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = `target-key-${name}`;
  const common = { id, value, spellCheck: false, placeholder: kept ? t.kept : about.preset };
  return (
    <FormGroup label={name} isRequired={about.required && !kept} fieldId={id}>
      {/* certificates have lines */}
      {!about.secret && /\bPEM\b/.test(about.description) ? (
        <TextArea {...common} rows={4} className="rs-mono" resizeOrientation="vertical" onChange={(_event, text) => onChange(text)} />
      ) : (
        <TextInput
          {...common}
          type={about.secret ? 'password' : 'text'}
          autoComplete={about.secret ? 'new-password' : 'off'}
          onChange={(_event, text) => onChange(text)}
        />
      )}
      <FormHelperText>
        <HelperText>
          <HelperTextItem>{about.description}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
