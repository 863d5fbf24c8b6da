import {
  Alert,
  Button,
  Content,
  Form,
  FormGroup,
  List,
  ListItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
  TextInput,
} from '@patternfly/react-core';
import { useState } from 'react';
import type { Machine } from '../api/types';
import { useLive } from '../live/context';
import { nameOf } from '../states';
import { texts } from '../texts';
import { DeployForm } from './DeployForm';
import { runOnAll, type Outcome } from './run';
import { needsCount, type Verb } from './verbs';

const t = texts.dialog;

interface Props {
  verb: Verb;
  machines: readonly Machine[];
  skipped: readonly Machine[];
  onClose: () => void;
}

/** Params to send, or null while something is missing. */
export type Params = object | null;

const ERASE_MODES = ['none', 'quick', 'full', 'secure'];

export function ActionDialog({ verb, machines, skipped, onClose }: Props) {
  const live = useLive();
  const [params, setParams] = useState<Params>(() => firstParams(verb));
  const [typed, setTyped] = useState('');
  const [running, setRunning] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);

  const failures = outcomes.filter((o) => o.error !== '');
  const done = new Set(outcomes.filter((o) => o.error === '').map((o) => o.machine.id));
  const left = machines.filter((m) => !done.has(m.id));
  const countAsked = needsCount(verb, machines.length);
  const ready =
    params !== null && machines.length > 0 && (!countAsked || typed === String(machines.length));

  /** Who refused may be asked again, with other words in the form; who is done is left alone. */
  const submit = async () => {
    if (!ready || running || params === null) {
      return;
    }
    setRunning(true);
    const before = outcomes.filter((o) => o.error === '');
    const now: Outcome[] = [];
    setOutcomes(before);
    await runOnAll(
      left,
      (machine) => live.act(machine.id, verb.name, params),
      (outcome) => {
        now.push(outcome);
        setOutcomes([...before, ...now]);
      },
    );
    setRunning(false);
    if (now.every((outcome) => outcome.error === '')) {
      onClose();
    }
  };

  const label = t.button[verb.name] ?? verb.name;
  return (
    <Modal
      isOpen
      variant={verb.name === 'deploy' ? 'medium' : 'small'}
      aria-labelledby="action-title"
      aria-describedby="action-body"
      elementToFocus={verb.danger || verb.name === 'deploy' ? '#action-cancel' : '#action-submit'}
      onClose={running ? undefined : onClose}
    >
      <ModalHeader
        labelId="action-title"
        title={t.title(label, machines.length, machines[0] ? nameOf(machines[0]) : '')}
        titleIconVariant={verb.danger ? 'warning' : undefined}
      />
      <ModalBody id="action-body">
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          {t.explain[verb.name] ? <Content component="p">{t.explain[verb.name]}</Content> : null}
          <MachineList machines={machines} outcomes={outcomes} />
          {skipped.length > 0 ? <Skipped machines={skipped} /> : null}
          {verb.name === 'release' ? <ReleaseForm onChange={setParams} /> : null}
          {verb.name === 'mark-broken' ? <CommentForm onChange={setParams} /> : null}
          {verb.name === 'deploy' ? (
            <DeployForm machines={machines} onChange={setParams} />
          ) : null}
          {countAsked ? (
            <FormGroup label={t.typeCount(machines.length)} fieldId="action-count" isRequired>
              <TextInput
                id="action-count"
                value={typed}
                inputMode="numeric"
                autoComplete="off"
                onChange={(_event, value) => setTyped(value.trim())}
              />
            </FormGroup>
          ) : null}
          {failures.length > 0 ? <Failures failures={failures} /> : null}
          {/* Enter in a field sends the form */}
          <button type="submit" hidden />
        </Form>
      </ModalBody>
      <ModalFooter>
        {/* not disabled while running: the focus has to stay somewhere */}
        <Button
          id="action-submit"
          variant={verb.danger ? 'danger' : 'primary'}
          isDisabled={!ready}
          isAriaDisabled={running}
          isLoading={running}
          onClick={() => void submit()}
        >
          {running && machines.length > 1 ? t.doing(outcomes.length, machines.length) : label}
        </Button>
        <Button id="action-cancel" variant="link" isAriaDisabled={running} onClick={onClose}>
          {outcomes.length > 0 ? t.close : t.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function firstParams(verb: Verb): Params {
  switch (verb.name) {
    case 'release':
      return { erase: 'quick' };
    case 'mark-broken':
      return { comment: '' };
    case 'deploy':
      return null;
    default:
      return {};
  }
}

function MachineList({
  machines,
  outcomes,
}: {
  machines: readonly Machine[];
  outcomes: readonly Outcome[];
}) {
  const done = new Map(outcomes.map((o) => [o.machine.id, o.error]));
  return (
    <List isPlain isBordered className="rs-named" aria-label={t.machines}>
      {machines.map((m) => (
        <ListItem key={m.id}>
          <strong>{nameOf(m)}</strong>{' '}
          <span className="rs-message">
            {[m.state, m.product, m.serial, m.image ? t.holds(m.image) : '']
              .filter(Boolean)
              .join(' · ')}
          </span>
          {done.has(m.id) ? <span aria-hidden="true">{done.get(m.id) === '' ? ' ✓' : ' ✗'}</span> : null}
        </ListItem>
      ))}
    </List>
  );
}

function Skipped({ machines }: { machines: readonly Machine[] }) {
  return (
    <Alert isInline variant="info" title={t.skipped(machines.length)}>
      {machines
        .slice(0, 10)
        .map((m) => t.skippedLine(nameOf(m), m.state))
        .join(', ')}
      {machines.length > 10 ? ` … ${texts.list.more(machines.length - 10)}` : ''}
    </Alert>
  );
}

function Failures({ failures }: { failures: readonly Outcome[] }) {
  return (
    <Alert isInline variant="danger" title={t.failed(failures.length)} role="alert">
      <List isPlain>
        {failures.map(({ machine, error }) => (
          <ListItem key={machine.id}>
            <strong>{nameOf(machine)}</strong>: {error}
          </ListItem>
        ))}
      </List>
    </Alert>
  );
}

function ReleaseForm({ onChange }: { onChange: (params: Params) => void }) {
  const [erase, setErase] = useState('quick');
  return (
    <FormGroup role="radiogroup" isStack label={t.erase} fieldId="erase">
      {ERASE_MODES.map((mode) => (
        <Radio
          key={mode}
          id={`erase-${mode}`}
          name="erase"
          label={t.eraseMode[mode]}
          description={t.lostRelease[mode]}
          isChecked={erase === mode}
          onChange={() => {
            setErase(mode);
            onChange({ erase: mode });
          }}
        />
      ))}
    </FormGroup>
  );
}

function CommentForm({ onChange }: { onChange: (params: Params) => void }) {
  const [comment, setComment] = useState('');
  return (
    <FormGroup label={t.comment} fieldId="comment">
      <TextInput
        id="comment"
        value={comment}
        maxLength={500}
        onChange={(_event, value) => {
          setComment(value);
          onChange({ comment: value });
        }}
      />
    </FormGroup>
  );
}
