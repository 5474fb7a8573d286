import type { FormEvent } from 'react';
import { useLocation } from 'wouter';
import { restage } from '../../api/client.ts';
import { placeError } from '../../api/place-error.ts';
import { useSend } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { testPlacements } from './placements.ts';

interface TestEventDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** Sends an event of a job that doesn't exist, and goes to its delivery. */
export function TestEventDialog({ isOpen, onOpenChange }: TestEventDialogProps) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Send a test event"
      description="Your receiver gets the event of a job that doesn’t exist, signed and retried like any other."
    >
      <TestEventForm />
    </Dialog>
  );
}

function TestEventForm() {
  const [, navigate] = useLocation();
  const send = useSend((callback_url: string) => restage.webhooks.test({ callback_url }), {
    refresh: ['deliveries'],
    onDone: ({ id }) => navigate(`/webhooks/${id}`),
  });
  const placed = placeError(send.error, testPlacements);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send.mutate(String(new FormData(event.currentTarget).get('url')).trim());
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field
        label="Callback URL"
        description="Where your receiver listens. Jobs take it as their callback_url."
        error={placed?.at === 'url' ? placed.error : undefined}
      >
        {(control) => (
          <Input
            {...control}
            name="url"
            type="url"
            autoComplete="url"
            spellCheck={false}
            placeholder="https://example.com/webhooks/restage"
          />
        )}
      </Field>
      {placed?.at === 'form' && <ErrorPanel error={placed.error} title="The event was not sent" />}
      <div className="flex justify-end">
        <Button type="submit" look="primary" isBusy={send.isPending}>
          Send
        </Button>
      </div>
    </form>
  );
}
