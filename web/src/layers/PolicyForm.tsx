import {
  Button,
  Checkbox,
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
  TextInput,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../api/client';
import { texts } from '../texts';
import type { PolicyLine } from './types';

const t = texts.layers.policies;

/** One line of the table. What it says is judged by the appliance, when it is looked at or saved. */
export function PolicyForm({
  line,
  onClose,
  onDone,
}: {
  line: PolicyLine;
  onClose: () => void;
  onDone: (line: PolicyLine) => void;
}) {
  const [draft, setDraft] = useState(line);
  const images = useQuery({ queryKey: ['images'], queryFn: api.images });
  const targets = useQuery({ queryKey: ['targets'], queryFn: api.targets });
  const set = (part: Partial<PolicyLine>) => setDraft({ ...draft, ...part });
  const text = (key: 'name' | 'when' | 'role' | 'owner' | 'schedule' | 'comment') => (
    <Field name={key}>
      <TextInput
        id={`policy-${key}`}
        value={draft[key]}
        spellCheck={false}
        className={key === 'when' ? 'rs-mono' : ''}
        onChange={(_event, value) => set({ [key]: value })}
      />
    </Field>
  );
  const choice = (key: 'layout' | 'network', choices: Record<string, string>) => (
    <Field name={key}>
      <FormSelect id={`policy-${key}`} value={draft[key]} onChange={(_event, value) => set({ [key]: value })}>
        {Object.entries(choices).map(([value, label]) => (
          <FormSelectOption key={value} value={value} label={label} />
        ))}
      </FormSelect>
    </Field>
  );
  const names = (targets.data?.targets ?? []).map((target) => target.name);
  return (
    <Modal isOpen variant="medium" aria-labelledby="policy-title" onClose={onClose}>
      <ModalHeader labelId="policy-title" title={line.name === '' ? t.add : t.editLabel(line.name)} />
      <ModalBody>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            onDone(draft);
          }}
        >
          {text('name')}
          {text('when')}
          <Field name="image">
            <TextInput
              id="policy-image"
              list="policy-images"
              value={draft.image}
              spellCheck={false}
              onChange={(_event, value) => set({ image: value })}
            />
            <datalist id="policy-images">
              {(images.data?.images ?? []).map((image) => (
                <option key={`${image.id} ${image.arch}`} value={image.id} />
              ))}
            </datalist>
          </Field>
          {text('role')}
          <Field name="target">
            <FormSelect id="policy-target" value={draft.target} onChange={(_event, value) => set({ target: value })}>
              <FormSelectOption value="" label={t.noTarget} />
              {[...new Set([draft.target, ...names])].filter(Boolean).map((name) => (
                <FormSelectOption key={name} value={name} label={name} />
              ))}
            </FormSelect>
          </Field>
          {choice('layout', { '': t.asItIs, flat: t.flat })}
          {choice('network', { '': t.asItIs, bridges: t.bridges })}
          {text('owner')}
          <Field name="max">
            <TextInput
              id="policy-max"
              type="number"
              min={0}
              value={draft.max}
              onChange={(_event, value) => set({ max: Math.max(0, Math.trunc(Number(value)) || 0) })}
            />
          </Field>
          {text('schedule')}
          {text('comment')}
          <Checkbox
            id="policy-demand"
            label={t.byItself}
            isChecked={draft.on === 'enrolment'}
            onChange={(_event, checked) => set({ on: checked ? 'enrolment' : 'demand' })}
          />
          <Checkbox
            id="policy-enabled"
            label={t.enabled}
            isChecked={draft.enabled}
            onChange={(_event, checked) => set({ enabled: checked })}
          />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button id="policy-done" isDisabled={draft.name.trim() === '' || draft.image === ''} onClick={() => onDone(draft)}>
          {t.take}
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
    <FormGroup label={label} fieldId={`policy-${name}`}>
      {children}
      {help === '' ? null : (
        <FormHelperText>
          <HelperText>
            <HelperTextItem>{help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
