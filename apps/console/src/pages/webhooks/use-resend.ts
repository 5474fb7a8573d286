import { restage } from '../../api/client.ts';
import { useSend } from '../../api/queries.ts';
import { showToast } from '../../ui/toast.ts';

/** Sends a delivery that has ended once more, with the same id. */
export function useResend() {
  return useSend((id: string) => restage.webhooks.redeliver(id), {
    refresh: ['deliveries', 'delivery', 'job'],
    onDone: () => showToast({ title: 'The delivery is on its way again' }),
  });
}
