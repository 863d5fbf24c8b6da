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
  TextArea,
} from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { badKeyLine, keyLines } from './action/deploy';
import { api } from './api/client';
import { texts } from './texts';

const t = texts.sshKeys;
const QUERY = ['ssh-keys'];

/** The account's own keys: rescue mode and deployments without keys of their own take these. */
export function SshKeys({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const known = useQuery({ queryKey: QUERY, queryFn: api.sshKeys });
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const bad = badKeyLine(text);
  const ready = !busy && bad === 0 && keyLines(text).length > 0;

  const change = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError('');
    try {
      await what();
    } catch (failure) {
      setError((failure as Error).message);
    }
    await queries.invalidateQueries({ queryKey: QUERY });
    setBusy(false);
  };
  const add = () =>
    change(async () => {
      for (const line of keyLines(text)) {
        await api.addSshKey(line);
      }
      setText('');
    });

  const keys = known.data?.keys ?? [];
  const problem = error || (known.isError ? known.error.message : '');
  return (
    <Modal isOpen variant="medium" aria-labelledby="ssh-keys-title" onClose={onClose}>
      <ModalHeader labelId="ssh-keys-title" title={t.title} />
      <ModalBody>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <Content component="p">{t.explain}</Content>
          {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
          <List isPlain isBordered aria-label={t.title}>
            {keys.map((key) => (
              <ListItem key={key.id}>
                <span className="rs-key">
                  <code>{shortKey(key.text)}</code>
                  <Button
                    variant="link"
                    isDanger
                    isInline
                    isAriaDisabled={busy}
                    aria-label={t.removeLabel(shortKey(key.text))}
                    onClick={() => void change(() => api.removeSshKey(key.id))}
                  >
                    {t.remove}
                  </Button>
                </span>
              </ListItem>
            ))}
          </List>
          {known.isSuccess && keys.length === 0 ? <Content component="p">{t.none}</Content> : null}
          <FormGroup label={t.more} fieldId="ssh-keys-more">
            <TextArea
              id="ssh-keys-more"
              className="rs-mono"
              rows={3}
              value={text}
              spellCheck={false}
              placeholder="ssh-ed25519 AAAA…"
              validated={bad === 0 ? 'default' : 'error'}
              resizeOrientation="vertical"
              onChange={(_event, value) => setText(value)}
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button id="ssh-keys-add" isDisabled={!ready} onClick={() => void add()}>
          {t.add}
        </Button>
        <Button variant="link" onClick={onClose}>
          {texts.dialog.close}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** Kind, the last of the key, and whose it is: enough to tell one from another. */
export function shortKey(text: string): string {
  const [kind = '', body = '', ...name] = text.split(' ');
  return [kind, body.length > 16 ? `…${body.slice(-12)}` : body, ...name].join(' ');
}
