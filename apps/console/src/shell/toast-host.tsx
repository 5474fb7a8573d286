import { lazy, Suspense, useSyncExternalStore } from 'react';
import { toastDemand } from '../ui/toast.ts';

const Toasts = lazy(() => import('../ui/toasts.tsx'));

/** The place of the toasts, whose script is loaded for the first one. */
export function ToastHost() {
  const hasAny = useSyncExternalStore(toastDemand.subscribe, toastDemand.hasAny);
  return <Suspense>{hasAny && <Toasts />}</Suspense>;
}
