import { Card, CardBody, PageSection, Tab, Tabs, TabTitleText, Title } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import type { Session } from '../api/types';
import { Notices } from '../StatusLine';
import { texts } from '../texts';
import { Clusters } from './Clusters';
import { Policies } from './Policies';
import { Targets } from './Targets';
import { VmHosts } from './VmHosts';

const t = texts.layers;

/** Which machines become what, and to whom they are handed. */
export function LayersPage({ session }: { session: Session }) {
  const [tab, setTab] = useState('policies');
  useEffect(() => {
    document.title = `${t.title} · ${texts.product}`;
    return () => {
      document.title = texts.product;
    };
  }, []);
  const admin = session.role === 'admin';
  const operator = admin || session.role === 'operator';
  return (
    <PageSection isFilled>
      <Notices />
      <Title headingLevel="h1" className="rs-title">
        {t.title}
      </Title>
      <Card isCompact>
        <CardBody>
          <Tabs activeKey={tab} onSelect={(_event, key) => setTab(String(key))} aria-label={t.title}>
            <Tab eventKey="policies" title={<TabTitleText>{t.policies.title}</TabTitleText>}>
              <Policies mayEdit={operator} />
            </Tab>
            <Tab eventKey="clusters" title={<TabTitleText>{t.clusters.title}</TabTitleText>}>
              {tab === 'clusters' ? <Clusters mayAct={operator} /> : null}
            </Tab>
            <Tab eventKey="vm-hosts" title={<TabTitleText>{t.vmHosts.title}</TabTitleText>}>
              {tab === 'vm-hosts' ? <VmHosts /> : null}
            </Tab>
            <Tab eventKey="targets" title={<TabTitleText>{t.targets.title}</TabTitleText>}>
              <Targets mayEdit={admin} mayTest={operator} />
            </Tab>
          </Tabs>
        </CardBody>
      </Card>
    </PageSection>
  );
}
