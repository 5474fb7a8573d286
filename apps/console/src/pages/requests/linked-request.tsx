import type { FailureCounts } from '@restage/sdk';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { RequestItem } from './request-item.tsx';

interface LinkedRequestProps {
  readonly id: string;
  readonly counts: FailureCounts | undefined;
  readonly onClose: () => void;
}

/** A request that a link names, and that is not among those that are shown. */
export function LinkedRequest({ id, counts, onClose }: LinkedRequestProps) {
  const request = useCall(['requests', id], (options) => restage.requests.get(id, options));
  return (
    <Loaded
      query={request}
      title="The request can’t be shown"
      skeleton={
        <Card isFlush>
          <SkeletonRows rows={4} />
        </Card>
      }
    >
      {(shown) => (
        <Card isFlush>
          <ul>
            <RequestItem request={shown} counts={counts} isOpen onToggle={onClose} />
          </ul>
        </Card>
      )}
    </Loaded>
  );
}
