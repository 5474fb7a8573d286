import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';

interface State {
  readonly error: unknown;
}

/** Shows what a page threw in place of the page. A new key tries again. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <ErrorPanel error={error} title="This page can’t be shown">
        <Button size="small" onClick={() => location.reload()}>
          Reload
        </Button>
      </ErrorPanel>
    );
  }
}
