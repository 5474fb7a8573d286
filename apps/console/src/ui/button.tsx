import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

const looks: Readonly<Record<Look, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent',
  secondary: 'bg-surface text-text border-line-strong/60 hover:bg-sunken hover:border-line-strong',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-sunken hover:text-text',
  danger: 'bg-danger text-bg border-transparent hover:opacity-90',
};

type Size = 'normal' | 'small' | 'icon';

const sizes: Readonly<Record<Size, string>> = {
  normal: 'h-9 px-3.5 text-base',
  small: 'h-7 px-2.5 text-sm',
  icon: 'size-8 text-sm',
};

/** The classes of a button, also for links that look like one. */
export function buttonClass(look: Look = 'secondary', size: Size = 'normal'): string {
  return cx(
    'inline-flex items-center justify-center gap-2 rounded-lg border font-medium whitespace-nowrap transition-colors',
    'disabled:opacity-55 aria-disabled:opacity-55 select-none',
    sizes[size],
    looks[look],
  );
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: Look;
  readonly size?: Size;
  readonly type?: 'button' | 'submit';
  /** Shows a spinner in place of the icon, and takes no clicks. */
  readonly isBusy?: boolean;
  readonly icon?: ReactNode;
}

export function Button({
  look,
  size,
  type = 'button',
  isBusy = false,
  icon,
  className,
  children,
  disabled,
  ...props
}: ButtonProps) {
  return (
    <button
      {...props}
      type={type}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={cx(buttonClass(look, size), className)}
    >
      {isBusy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  );
}
