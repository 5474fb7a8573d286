import { useEffect, useRef } from 'react';

/** Whether the last change of the address was a step back or forward, where the browser restores the scroll position. */
let isStep = false;
addEventListener('popstate', () => {
  isStep = true;
});

/** After a change of page, moves the focus to its content, and scrolls to its top unless the page was shown before. */
export function useRouteFocus(path: string): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    document.getElementById('main')?.focus({ preventScroll: true });
    if (!isStep) scrollTo(0, 0);
    isStep = false;
  }, [path]);
}
