import type { ApiKey } from '@restage/sdk';
import { restage } from '../../api/client.ts';
import { useSend } from '../../api/queries.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { showToast } from '../../ui/toast.ts';

interface RevokeKeyDialogProps {
  /** The key to ask about; undefined closes the dialog. */
  readonly apiKey: ApiKey | undefined;
  readonly onClose: () => void;
}

/** Asks before it revokes a key. */
export function RevokeKeyDialog({ apiKey, onClose }: RevokeKeyDialogProps) {
  const revoke = useSend((id: string) => restage.keys.revoke(id), {
    refresh: ['keys'],
    onDone(key) {
      showToast({ title: `${key.name} is revoked` });
      onClose();
    },
  });
  const close = () => {
    revoke.reset();
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen={apiKey !== undefined}
      onOpenChange={(isOpen) => !isOpen && close()}
      title={`Revoke ${apiKey?.name ?? 'the key'}?`}
      description="Programs that use it are refused within 5 seconds, for good. A session that was opened with it ends too."
      action="Revoke key"
      isBusy={revoke.isPending}
      onConfirm={() => apiKey && revoke.mutate(apiKey.id)}
    >
      {revoke.error && <ErrorPanel error={revoke.error} title="The key was not revoked" />}
    </ConfirmDialog>
  );
}
