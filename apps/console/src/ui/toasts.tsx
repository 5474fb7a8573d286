import { Toast } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { cx } from './cx.ts';
import { receiveToasts } from './toast.ts';

/** Where toasts appear. */
export default function Toasts() {
  return (
    <Toast.Provider timeout={4000}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] max-w-sm flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts, add } = Toast.useToastManager();
  useEffect(
    () =>
      receiveToasts(({ title, description, isError = false }) => {
        add({
          title,
          type: isError ? 'error' : 'ok',
          priority: isError ? 'high' : 'low',
          ...(description !== undefined && { description }),
        });
      }),
    [add],
  );
  return toasts.map((toast) => {
    const isError = toast.type === 'error';
    const Icon = isError ? CircleAlert : CircleCheck;
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        className="card flex items-start gap-2.5 p-3 shadow-high transition duration-200 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0"
      >
        <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', isError ? 'text-danger' : 'text-ok')} />
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-sm text-muted" />
        </div>
        <Toast.Close aria-label="Close" className="rounded p-0.5 text-faint hover:text-text">
          <X aria-hidden className="size-4" />
        </Toast.Close>
      </Toast.Root>
    );
  });
}
