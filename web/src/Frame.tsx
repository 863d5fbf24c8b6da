import {
  Dropdown,
  DropdownItem,
  DropdownList,
  Label,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MenuToggle,
  Page,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import ConnectedIcon from '@patternfly/react-icons/dist/esm/icons/connected-icon';
import DisconnectedIcon from '@patternfly/react-icons/dist/esm/icons/disconnected-icon';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from './api/client';
import type { Session } from './api/types';
import { useLiveState } from './live/context';
import { layersHref, listHref, LOGO, useRoute } from './route';
import { changeSession } from './session';
import { SshKeys } from './SshKeys';
import { StatusLine } from './StatusLine';
import { texts } from './texts';

const MAIN = 'main-content';

export function Frame({ session, children }: { session: Session; children: ReactNode }) {
  return (
    <Page
      mainContainerId={MAIN}
      skipToContent={
        <SkipToContent
          href={`#${MAIN}`}
          onClick={(event) => {
            // the fragment names the page shown, so the jump is made without it
            event.preventDefault();
            document.getElementById(MAIN)?.focus();
          }}
        >
          {texts.skipToContent}
        </SkipToContent>
      }
      masthead={
        <Masthead>
          <MastheadMain>
            <MastheadBrand>
              <MastheadLogo href={listHref} className="rs-brand">
                <img src={LOGO} alt="" width="28" height="28" />
                <span>{texts.product}</span>
              </MastheadLogo>
            </MastheadBrand>
          </MastheadMain>
          <MastheadContent>
            <Toolbar isStatic isFullHeight>
              <ToolbarContent alignItems="center">
                <ToolbarItem alignSelf="center">
                  <Pages />
                </ToolbarItem>
                <ToolbarItem alignSelf="center" className="rs-services">
                  <StatusLine />
                </ToolbarItem>
                <ToolbarGroup align={{ default: 'alignEnd' }} alignItems="center">
                  <ToolbarItem className="rs-link">
                    <LinkState />
                  </ToolbarItem>
                  <ToolbarItem>
                    <UserMenu session={session} />
                  </ToolbarItem>
                </ToolbarGroup>
              </ToolbarContent>
            </Toolbar>
          </MastheadContent>
        </Masthead>
      }
    >
      {children}
    </Page>
  );
}

function Pages() {
  const { page } = useRoute();
  const link = (href: string, name: string, current: boolean) => (
    <a href={href} aria-current={current ? 'page' : undefined}>
      {name}
    </a>
  );
  return (
    <nav className="rs-pages" aria-label={texts.pages}>
      {link(listHref, texts.list.title, page !== 'layers')}
      {link(layersHref, texts.layers.title, page === 'layers')}
    </nav>
  );
}

function LinkState() {
  const { link } = useLiveState();
  return (
    <span role="status">
      {link === 'live' ? (
        <Label variant="outline" color="green" icon={<ConnectedIcon />} title={texts.link.liveHint}>
          {texts.link.live}
        </Label>
      ) : (
        <Label variant="outline" color="orange" icon={<DisconnectedIcon />}>
          {texts.link[link]}
        </Label>
      )}
    </span>
  );
}

function UserMenu({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  const [keys, setKeys] = useState(false);
  const queries = useQueryClient();
  const signOut = async () => {
    // gone on this side whatever the appliance answers; the next request shows the truth
    await api.signOut().catch(() => undefined);
    changeSession(queries, null);
  };
  return (
    <>
      {keys ? <SshKeys onClose={() => setKeys(false)} /> : null}
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: 'right' }}
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            variant="plainText"
            icon={<UserIcon />}
            aria-label={texts.signIn.userMenu(session.username)}
            isExpanded={open}
            onClick={() => setOpen(!open)}
          >
            {session.username}
          </MenuToggle>
        )}
      >
        <DropdownList>
          <DropdownItem isDisabled description={session.role}>
            {session.username}
          </DropdownItem>
          <DropdownItem onClick={() => setKeys(true)}>{texts.sshKeys.menu}</DropdownItem>
          <DropdownItem onClick={() => void signOut()}>{texts.signIn.out}</DropdownItem>
        </DropdownList>
      </Dropdown>
    </>
  );
}
