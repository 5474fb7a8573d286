import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { placeError } from '../../api/place-error.ts';
import { useSend } from '../../api/queries.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { showToast } from '../../ui/toast.ts';
import { rotatePlacements } from './placements.ts';

interface RotateSecretDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** Replaces the secret. */
export function RotateSecretDialog({ isOpen, onOpenChange }: RotateSecretDialogProps) {
  const close = () => onOpenChange(false);
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Rotate the signing secret"
      description="Webhooks are signed with a new secret at once. In the time that you choose the old one signs too, so that your receivers can change over without missing an event."
    >
      <RotateForm onDone={close} />
    </Dialog>
  );
}

const overlaps = [
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '72', label: '3 days' },
  { value: '168', label: '7 days' },
  { value: '0', label: 'No time: the secret has leaked' },
] as const;

function RotateForm({ onDone }: { readonly onDone: () => void }) {
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]['value']>('24');
  const rotate = useSend((overlap_hours: number) => restage.webhooks.rotateSecret({ overlap_hours }), {
    refresh: ['webhook-secret'],
    onDone() {
      showToast({ title: 'The secret is rotated', description: 'Copy it into your receivers.' });
      onDone();
    },
  });
  const placed = placeError(rotate.error, rotatePlacements);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate(Number(overlap));
      }}
      className="flex flex-col gap-4"
    >
      <Field label="The old secret signs too for" error={placed?.at === 'overlap' ? placed.error : undefined}>
        {(control) => <Select {...control} value={overlap} onValueChange={setOverlap} options={overlaps} />}
      </Field>
      {placed?.at === 'form' && <ErrorPanel error={placed.error} title="The secret was not rotated" />}
      <div className="flex justify-end gap-2">
        <button type="button" className={buttonClass()} onClick={onDone}>
          Cancel
        </button>
        <Button type="submit" look="primary" isBusy={rotate.isPending}>
          Rotate secret
        </Button>
      </div>
    </form>
  );
}
