import type { JobDetails } from '@restage/sdk';
import { RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { buttonClass } from '../../ui/button.tsx';

interface RunAgainLinkProps {
  readonly job: Pick<JobDetails, 'id'>;
  readonly look: 'primary' | 'secondary';
  readonly size?: 'normal' | 'small';
}

/** Opens the playground with the values of a job. */
export function RunAgainLink({ job, look, size }: RunAgainLinkProps) {
  return (
    <Link href={`/?from=${job.id}`} className={buttonClass(look, size)}>
      <RotateCcw aria-hidden className="size-4" />
      Run again with changes
    </Link>
  );
}
