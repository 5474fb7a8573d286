import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { RefObject } from 'react';
import type { Session } from '../api/session.ts';
import { buttonClass } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Sidebar } from './sidebar.tsx';

interface MenuDrawerProps {
  readonly session: Session;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  /** Gets the focus back. */
  readonly opener: RefObject<HTMLButtonElement | null>;
}

/** The navigation over the page, on a phone. */
export default function MenuDrawer({ session, isOpen, onOpenChange, opener }: MenuDrawerProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label="Menu"
          finalFocus={opener}
          className="fixed inset-y-0 right-0 z-40 flex w-72 max-w-[85vw] flex-col overflow-y-auto border-l border-line bg-bg px-3 py-5 text-text shadow-high outline-none transition-transform duration-150 data-ending-style:translate-x-full data-starting-style:translate-x-full"
        >
          <Sidebar session={session} onNavigate={() => onOpenChange(false)} />
          <Dialog.Close
            aria-label="Close the menu"
            className={cx(buttonClass('quiet', 'icon'), 'absolute top-4 right-3')}
          >
            <X aria-hidden className="size-4" />
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
