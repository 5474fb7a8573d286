import type { Delivery } from '@restage/sdk';
import { Badge } from '../../ui/badge.tsx';

const statuses = {
  pending: { tone: 'info', label: 'Pending', dot: 'pulsing' },
  delivered: { tone: 'ok', label: 'Delivered', dot: 'still' },
  failed: { tone: 'danger', label: 'Failed', dot: 'still' },
} as const satisfies Readonly<Record<Delivery['status'], unknown>>;

/** The status of a delivery in words. */
export function DeliveryBadge({ status }: { readonly status: Delivery['status'] }) {
  const { tone, label, dot } = statuses[status];
  return (
    <Badge tone={tone} dot={dot}>
      {label}
    </Badge>
  );
}
