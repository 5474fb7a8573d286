import type { ApiKey } from '@restage/sdk';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LiveKeyNotice } from '../../ui/live-key-notice.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { getKeyState } from './key-state.ts';
import { RevokeKeyDialog } from './revoke-key-dialog.tsx';

export default function KeysPage() {
  const keys = useCall(['keys'], (options) => restage.keys.list(options));
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const createButton = (
    <Button look="primary" onClick={() => setCreating(true)} icon={<Plus aria-hidden className="size-4" />}>
      Create key
    </Button>
  );
  return (
    <Page
      title="Keys"
      description="Programs call the API with a key. Test keys cost nothing, and render watermarked proofs."
      action={createButton}
    >
      <LiveKeyNotice what="create or revoke keys" />
      <Card isFlush>
        <Loaded query={keys} title="The keys can’t be shown" skeleton={<SkeletonRows rows={3} />}>
          {({ keys }) =>
            keys.length === 0 ? (
              <EmptyState icon={KeyRound} title="No keys yet" action={createButton}>
                Create a key, and call the API with it from your program.
              </EmptyState>
            ) : (
              <Table
                label="Keys"
                rows={sortKeys(keys)}
                rowKey={({ id }) => id}
                columns={[...columns, revokeColumn(setRevoking)]}
              />
            )
          }
        </Loaded>
      </Card>
      <CreateKeyDialog isOpen={isCreating} onOpenChange={setCreating} />
      <RevokeKeyDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />
    </Page>
  );
}

const columns: readonly Column<ApiKey>[] = [
  {
    title: 'Name',
    className: 'w-full max-w-0 min-w-36',
    cell: (key) => (
      <>
        <span className={cx('block truncate font-medium', getState(key) !== 'active' && 'text-muted')}>
          {key.name}
        </span>
        <code className="block truncate text-muted md:hidden">{key.prefix}…</code>
      </>
    ),
  },
  { title: 'Key', isOptional: true, cell: ({ prefix }) => <code className="text-muted">{prefix}…</code> },
  {
    title: 'Mode',
    cell: ({ mode }) => (mode === 'live' ? <Badge tone="ok">Live</Badge> : <Badge tone="warn">Test</Badge>),
  },
  { title: 'Last used', isOptional: true, cell: ({ last_used_at: at }) => <TimeOrNever at={at} /> },
  { title: 'Expires', isOptional: true, cell: ({ expires_at: at }) => <TimeOrNever at={at} /> },
  {
    title: 'Created',
    isOptional: true,
    cell: ({ created_at: at }) => <TimeAgo at={at} className="text-muted" />,
  },
];

function revokeColumn(onRevoke: (key: ApiKey) => void): Column<ApiKey> {
  return {
    title: 'State',
    align: 'right',
    className: 'whitespace-nowrap',
    cell: (key) => {
      const state = getState(key);
      if (state === 'revoked') return <Badge>Revoked</Badge>;
      if (state === 'expired') return <Badge>Expired</Badge>;
      return (
        <Button size="small" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
          Revoke
        </Button>
      );
    },
  };
}

function TimeOrNever({ at }: { readonly at: string | null }) {
  return at === null ? <span className="text-faint">Never</span> : <TimeAgo at={at} className="text-muted" />;
}

function getState(key: ApiKey) {
  return getKeyState(key, Date.now());
}

/** Those that work first, each group as the server gives it: newest first. */
function sortKeys(keys: readonly ApiKey[]): ApiKey[] {
  return keys.toSorted((a, b) => Number(getState(b) === 'active') - Number(getState(a) === 'active'));
}
