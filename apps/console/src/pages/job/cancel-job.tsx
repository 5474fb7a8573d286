import type { JobDetails } from '@restage/sdk';
import { Ban } from 'lucide-react';
import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { useSend } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { formatCredits } from '../../ui/format.ts';
import { showToast } from '../../ui/toast.ts';

/** Ends a job, after a confirmation. */
export function CancelJob({ job: { id, cost } }: { readonly job: JobDetails }) {
  const [isOpen, setOpen] = useState(false);
  const cancel = useSend((jobId: string) => restage.generations.cancel(jobId), {
    refresh: ['job', 'jobs', 'account', 'usage'],
    onDone() {
      setOpen(false);
      showToast({ title: 'The job is cancelled' });
    },
  });
  const change = (open: boolean) => {
    setOpen(open);
    if (!open) cancel.reset();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)} icon={<Ban aria-hidden className="size-4" />}>
        Cancel
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={change}
        title="Cancel this job?"
        description={
          cost > 0
            ? `It ends at once, without a result. Its ${formatCredits(cost)} come back.`
            : 'It ends at once, without a result.'
        }
        action="Cancel job"
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate(id)}
      >
        {cancel.error && <ErrorPanel error={cancel.error} title="The job was not cancelled" />}
      </ConfirmDialog>
    </>
  );
}
