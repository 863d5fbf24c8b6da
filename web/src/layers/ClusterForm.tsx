import {
  Alert,
  Button,
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
import { useState, type ReactNode } from 'react';
import { api } from '../api/client';
import { texts } from '../texts';
import { asked, NEW_CLUSTER, type ClusterWish } from './wish';

const t = texts.layers.clusters;

/** A new cluster; what cannot be is said by the appliance. */
export function ClusterForm({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [wish, setWish] = useState(NEW_CLUSTER);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const images = useQuery({ queryKey: ['images'], queryFn: api.images });
  const set = (part: Partial<ClusterWish>) => setWish({ ...wish, ...part });
  const make = async () => {
    setBusy(true);
    setProblem('');
    try {
      await api.makeCluster(asked(wish, t.noObject));
      onDone();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  const text = (key: 'name' | 'version' | 'workers' | 'image' | 'tags' | 'cni') => (
    <Field name={key}>
      <TextInput
        id={`cluster-${key}`}
        type={key === 'workers' ? 'number' : 'text'}
        min={0}
        list={key === 'image' ? 'cluster-images' : undefined}
        value={wish[key]}
        spellCheck={false}
        onChange={(_event, value) => set({ [key]: value })}
      />
    </Field>
  );
  const select = (key: 'distribution' | 'controls', values: string[]) => (
    <Field name={key}>
      <FormSelect id={`cluster-${key}`} value={wish[key]} onChange={(_event, value) => set({ [key]: value })}>
        {values.map((value) => (
          <FormSelectOption key={value} value={value} label={value} />
        ))}
      </FormSelect>
    </Field>
  );
  return (
    <Modal isOpen variant="medium" aria-labelledby="cluster-title" onClose={onClose}>
      <ModalHeader labelId="cluster-title" title={t.add} />
      <ModalBody>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
          {text('name')}
          {select('distribution', ['kubeadm', 'k3s', 'rke2'])}
          {text('version')}
          {select('controls', ['1', '3'])}
          {text('workers')}
          {text('image')}
          <datalist id="cluster-images">
            {(images.data?.images ?? []).map((image) => (
              <option key={`${image.id} ${image.arch}`} value={image.id} />
            ))}
          </datalist>
          {text('tags')}
          {text('cni')}
          <Field name="more">
            <TextArea
              id="cluster-more"
              className="rs-mono"
              rows={5}
              value={wish.more}
              spellCheck={false}
              resizeOrientation="vertical"
              onChange={(_event, value) => set({ more: value })}
            />
          </Field>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button id="cluster-make" isDisabled={busy || wish.name.trim() === '' || wish.version.trim() === ''} onClick={() => void make()}>
          {t.make}
        </Button>
        <Button variant="link" onClick={onClose}>
          {texts.dialog.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function Field({ name, children }: { name: keyof typeof t.fields; children: ReactNode }) {
  const [label, help] = t.fields[name];
  return (
    <FormGroup label={label} fieldId={`cluster-${name}`}>
      {children}
      <FormHelperText>
        <HelperText>
          <HelperTextItem>{help}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
