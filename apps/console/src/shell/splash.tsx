import { Logo } from './logo.tsx';

/** Stands for the moment before the server has said who is signed in. */
export function Splash() {
  return (
    <div role="status" aria-label="Loading" className="grid min-h-dvh place-items-center">
      <Logo className="size-9 animate-pulse" />
    </div>
  );
}
