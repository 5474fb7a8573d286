import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';

interface ShowMoreProps {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly error: unknown;
    readonly fetchNextPage: () => unknown;
  };
  /** What can't be shown if the next page fails: "More deliveries can't be shown". */
  readonly title: string;
}

/** Below a list: the button that shows its next page. */
export function ShowMore({ query, title }: ShowMoreProps) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } = query;
  if (isFetchNextPageError) {
    return (
      <div className="border-t border-line p-4">
        <ErrorPanel error={error} title={title} onRetry={fetchNextPage} isRetrying={isFetchingNextPage} />
      </div>
    );
  }
  if (!hasNextPage) return null;
  return (
    <div className="flex justify-center border-t border-line p-3">
      <Button look="quiet" size="small" isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
