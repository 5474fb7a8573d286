import { Send } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { LiveKeyNotice } from '../../ui/live-key-notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Deliveries } from './deliveries.tsx';
import { Secret } from './secret.tsx';
import { TestEventDialog } from './test-event-dialog.tsx';

export default function WebhooksPage() {
  const [isTesting, setTesting] = useState(false);
  const test = (look: 'primary' | 'secondary') => (
    <Button look={look} onClick={() => setTesting(true)} icon={<Send aria-hidden className="size-4" />}>
      Send test event
    </Button>
  );
  return (
    <Page
      title="Webhooks"
      description="When a job ends, its callback URL gets a signed event. A receiver that fails is tried five times."
      action={test('primary')}
    >
      <LiveKeyNotice what="rotate the signing secret" />
      <Secret />
      <Deliveries firstAction={test('secondary')} />
      <TestEventDialog isOpen={isTesting} onOpenChange={setTesting} />
    </Page>
  );
}
