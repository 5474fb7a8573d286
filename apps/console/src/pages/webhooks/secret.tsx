import { ExternalLink, Eye, EyeOff, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatExactTime } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { RotateSecretDialog } from './rotate-secret-dialog.tsx';

/** The secret that signs the webhooks: hidden until it is asked for. */
export function Secret() {
  const secret = useCall(['webhook-secret'], (options) => restage.webhooks.secret(options));
  const [isRotating, setRotating] = useState(false);
  return (
    <Card
      title="Signing secret"
      description={
        <>
          Every webhook is signed with it, as Standard Webhooks says.{' '}
          <a
            href="/docs/webhooks"
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 font-medium whitespace-nowrap text-text underline underline-offset-2"
          >
            How to verify it
            <ExternalLink aria-hidden className="size-3.5" />
          </a>
        </>
      }
      action={
        <Button onClick={() => setRotating(true)} icon={<RefreshCw aria-hidden className="size-4" />}>
          Rotate
        </Button>
      }
    >
      <Loaded query={secret} title="The secret can’t be shown" skeleton={<SecretSkeleton />}>
        {({ secret, previous_expires_at: until }) => (
          <>
            <HiddenSecret secret={secret} />
            <p className="mt-3 text-sm text-muted">
              {until === null ? (
                'Only this secret signs.'
              ) : (
                <>
                  The secret before it signs too, until <time dateTime={until}>{formatExactTime(until)}</time>
                  .
                </>
              )}
            </p>
          </>
        )}
      </Loaded>
      <RotateSecretDialog isOpen={isRotating} onOpenChange={setRotating} />
    </Card>
  );
}

function SecretSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-23.5 sm:h-11.5" />
      <Skeleton className="mt-3 h-5 w-40" />
    </div>
  );
}

function HiddenSecret({ secret }: { readonly secret: string }) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-lg border border-line bg-sunken py-2 pr-2 pl-3">
      <code className="min-w-0 flex-1 basis-60 break-all">
        {isShown ? secret : <Dots length={secret.length} />}
      </code>
      <div className="flex gap-1">
        <Button
          look="quiet"
          size="small"
          onClick={() => setShown(!isShown)}
          icon={<Icon aria-hidden className="size-3.5" />}
        >
          {isShown ? 'Hide' : 'Reveal'}
        </Button>
        <CopyButton text={secret} label="Copy the secret" hasText />
      </div>
    </div>
  );
}

/** As many characters as the secret has, so that nothing moves when it is shown. */
function Dots({ length }: { readonly length: number }) {
  return (
    <>
      <span className="sr-only">Hidden</span>
      <span aria-hidden className="text-muted">
        whsec_{'•'.repeat(length - 6)}
      </span>
    </>
  );
}
