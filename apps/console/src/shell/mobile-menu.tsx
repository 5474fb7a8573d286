import { Menu } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Session } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from './logo.tsx';

const loadDrawer = () => import('./menu-drawer.tsx');
const MenuDrawer = lazy(loadDrawer);

/** On a phone: a bar with the name and the button of the navigation. */
export function MobileMenu({ session }: { readonly session: Session }) {
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const open = () => {
    setOpen(true);
    setOpened(true);
  };
  return (
    <header className="sticky top-0 z-20 flex h-14 items-center justify-between border-b border-line bg-bg px-4 sm:px-8 lg:hidden">
      <Link href="/" className="flex items-center gap-2.5 rounded text-lg font-semibold tracking-tight">
        <Logo />
        Restage
      </Link>
      <Button
        ref={button}
        onClick={open}
        onPointerEnter={loadDrawer}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        icon={<Menu aria-hidden className="size-4" />}
      >
        Menu
      </Button>
      <Suspense>
        {wasOpened && <MenuDrawer session={session} isOpen={isOpen} onOpenChange={setOpen} opener={button} />}
      </Suspense>
    </header>
  );
}
