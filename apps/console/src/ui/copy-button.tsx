import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for people who don't see it: "Copy the request id". */
  readonly label: string;
  /** Shows the word Copy beside the icon. */
  readonly hasText?: boolean;
  readonly className?: string;
}

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label, hasText = false, className }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(setCopied, 1500, false);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <Button
      look="quiet"
      size={hasText ? 'small' : 'icon'}
      onClick={copy}
      aria-label={hasText ? undefined : label}
      title={label}
      className={className}
    >
      <Icon aria-hidden className="size-3.5" />
      {hasText && (isCopied ? 'Copied' : 'Copy')}
      <span role="status" className="sr-only">
        {isCopied && 'Copied'}
      </span>
    </Button>
  );
}

/** Copies a text. Browsers have `navigator.clipboard` only on https pages and on this machine. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'fixed opacity-0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
