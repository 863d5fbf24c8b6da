import { Alert, Label, LabelGroup, Tooltip } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import MinusCircleIcon from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import { useQuery } from '@tanstack/react-query';
import { api } from './api/client';
import type { Service } from './api/types';
import { texts } from './texts';

export function useStatus() {
  return useQuery({ queryKey: ['status'], queryFn: api.status, refetchInterval: 10_000 });
}

export function StatusLine() {
  const status = useStatus();
  if (status.data === undefined) {
    return status.isError ? <Label color="grey">{texts.services.noAnswer}</Label> : null;
  }
  return (
    <LabelGroup aria-label={texts.services.label} numLabels={8}>
      {(status.data.services ?? []).map((service) => (
        <Tooltip
          key={service.name}
          content={[service.state, service.detail].filter(Boolean).join(': ')}
        >
          <ServiceLabel service={service} />
        </Tooltip>
      ))}
    </LabelGroup>
  );
}

function ServiceLabel({ service }: { service: Service }) {
  const props =
    service.state === 'serving'
      ? ({ color: 'green', icon: <CheckCircleIcon /> } as const)
      : service.state === 'failed'
        ? ({ color: 'red', icon: <ExclamationCircleIcon /> } as const)
        : ({ color: 'grey', icon: <MinusCircleIcon /> } as const);
  return (
    <Label {...props} isCompact variant="outline" tabIndex={0}>
      {service.name}
      <span className="pf-v6-screen-reader">
        {': '}
        {service.state} {service.detail}
      </span>
    </Label>
  );
}

/** What the appliance wants to be known, and services that failed with what they say to mend it. */
export function Notices() {
  const status = useStatus();
  const failed = (status.data?.services ?? []).filter((s) => s.state === 'failed');
  const notices = status.data?.notices ?? [];
  if (failed.length === 0 && notices.length === 0) {
    return null;
  }
  return (
    <div className="rs-notices" role="region" aria-label={texts.services.notices}>
      {failed.map((service) => (
        <Alert
          key={service.name}
          isInline
          component="h2"
          variant="danger"
          title={texts.services.failed(service.name)}
        >
          {service.detail}
        </Alert>
      ))}
      {notices.map((notice, i) => (
        <Alert key={i} isInline isPlain component="p" variant="warning" title={notice} />
      ))}
    </div>
  );
}
