import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

interface SelectProps<Value extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onValueChange: (value: Value) => void;
}

/** A choice of few values. The browser's own control, which phones show in their own way. */
export function Select<Value extends string>({
  value,
  options,
  onValueChange,
  className,
  ...props
}: SelectProps<Value>) {
  return (
    <span className={cx('relative block', className)}>
      <select
        {...props}
        value={value}
        onChange={(event) => onValueChange(event.target.value as Value)}
        className="control appearance-none pr-8"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-faint"
      />
    </span>
  );
}
