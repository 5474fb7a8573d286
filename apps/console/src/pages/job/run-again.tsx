import type { JobDetails } from '@restage/sdk';
import { RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { buttonClass } from '../../ui/button.tsx';

/** Opens the playground with the values of a job. */
export function RunAgainLink({ job }: { readonly job: JobDetails }) {
  return (
    <Link href={`/?from=${job.id}`} className={buttonClass('primary')}>
      <RotateCcw aria-hidden className="size-4" />
      Run again with changes
    </Link>
  );
}
