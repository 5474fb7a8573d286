import type { ApiKey } from '@restage/sdk';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
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
                rows={keys}
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
  { title: 'Name', cell: ({ name }) => <span className="font-medium">{name}</span> },
  { title: 'Key', cell: ({ prefix }) => <code className="text-muted">{prefix}…</code> },
  { title: 'State', cell: (key) => <KeyBadge apiKey={key} /> },
  {
    title: 'Last used',
    isOptional: true,
    cell: ({ last_used_at: at }) =>
      at ? <TimeAgo at={at} className="text-muted" /> : <span className="text-faint">Never</span>,
  },
  {
    title: 'Expires',
    isOptional: true,
    cell: ({ expires_at: at }) =>
      at ? <TimeAgo at={at} className="text-muted" /> : <span className="text-faint">Never</span>,
  },
  {
    title: 'Created',
    isOptional: true,
    cell: ({ created_at: at }) => <TimeAgo at={at} className="text-muted" />,
  },
];

function revokeColumn(onRevoke: (key: ApiKey) => void): Column<ApiKey> {
  return {
    title: 'Revoke',
    align: 'right',
    cell: (key) =>
      getKeyState(key, Date.now()) === 'active' && (
        <Button size="small" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
          Revoke
        </Button>
      ),
  };
}

function KeyBadge({ apiKey }: { readonly apiKey: ApiKey }) {
  const state = getKeyState(apiKey, Date.now());
  if (state === 'revoked') return <Badge>Revoked</Badge>;
  if (state === 'expired') return <Badge>Expired</Badge>;
  return apiKey.mode === 'live' ? <Badge tone="ok">Live</Badge> : <Badge tone="warn">Test</Badge>;
}
