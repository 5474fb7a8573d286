/** The mark of Restage: a figure before the sun that goes down behind it. */
export function Logo({ className = 'size-6' }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <rect width="24" height="24" rx="6" fill="#b5451b" />
      <path d="M5 17a7 7 0 0 1 14 0z" fill="#ffb48f" />
      <circle cx="12" cy="8.5" r="3.5" fill="#fff" />
    </svg>
  );
}
