import { MapPinOff } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

export function NotFoundPage() {
  useEffect(() => {
    document.title = 'Not found · Restage';
  }, []);
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        icon={MapPinOff}
        title="There is no such page"
        action={
          <Link href="/" className={buttonClass('primary')}>
            Open the playground
          </Link>
        }
      >
        The address may be misspelt, or the page may have moved.
      </EmptyState>
    </>
  );
}
