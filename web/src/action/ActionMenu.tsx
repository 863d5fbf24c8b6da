import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import EllipsisVIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { useState, type ReactNode } from 'react';
import type { Machine } from '../api/types';
import { verbLabel, verbsOf, type Verb } from './verbs';

interface Props {
  machines: readonly Machine[];
  label: string;
  /** a button with this text; without it three dots */
  text?: string;
  primary?: boolean;
  onChoose: (verb: Verb, machines: readonly Machine[]) => void;
}

/** The actions that at least one of the machines allows now. */
export function ActionMenu({ machines, label, text, primary, onChoose }: Props) {
  const [open, setOpen] = useState(false);
  const verbs = verbsOf(machines);
  const items: ReactNode[] = [];
  verbs.forEach((verb, i) => {
    const before = verbs[i - 1];
    if (before !== undefined && before.group !== verb.group) {
      items.push(<Divider key={`before-${verb.name}`} component="li" />);
    }
    const able = machines.filter((m) => m.actions.includes(verb.name));
    items.push(
      <DropdownItem key={verb.name} isDanger={verb.danger} onClick={() => onChoose(verb, machines)}>
        {verbLabel(verb, able)}
        {machines.length > 1 && able.length < machines.length ? ` (${able.length})` : ''}
      </DropdownItem>,
    );
  });
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant={text === undefined ? 'plain' : primary ? 'primary' : 'secondary'}
          aria-label={label}
          isExpanded={open}
          isDisabled={verbs.length === 0}
          onClick={() => setOpen(!open)}
        >
          {text ?? <EllipsisVIcon />}
        </MenuToggle>
      )}
    >
      <DropdownList>{items}</DropdownList>
    </Dropdown>
  );
}
