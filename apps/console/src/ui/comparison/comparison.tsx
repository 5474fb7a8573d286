import { Pause, Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../button.tsx';
import { Skeleton } from '../skeleton.tsx';

const Slider = lazy(() => import('./slider.tsx'));
const MatteView = lazy(() => import('./matte-view.tsx'));

interface ComparisonProps {
  readonly type: 'image' | 'video';
  /** URLs that the page may load. */
  readonly before: string;
  readonly after: string;
  readonly matte: string;
  /** Of the output, in pixels, if they are known: keeps the place free. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

/** Shows a result: before and after under a slider, or the matte. Videos run in step. */
export function Comparison({ type, before, after, matte, size }: ComparisonProps) {
  const [view, setView] = useState<'compare' | 'matte'>('compare');
  const [isPlaying, setPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const aspectRatio = size ? `${size.width} / ${size.height}` : '16 / 9';
  return (
    <div className="flex flex-col gap-3">
      <div
        className="grid max-h-[70dvh] w-full place-items-center overflow-hidden rounded-lg bg-black/90 *:col-start-1 *:row-start-1"
        style={{ aspectRatio }}
      >
        <Suspense fallback={<Skeleton className="size-full rounded-none" />}>
          {view === 'compare' ? (
            <Slider type={type} before={before} after={after} isPlaying={isPlaying} />
          ) : (
            <MatteView type={type} matte={matte} isPlaying={isPlaying} />
          )}
        </Suspense>
      </div>
      <div className="flex items-center justify-between gap-3">
        <fieldset className="flex rounded-lg border border-line bg-sunken p-0.5">
          <legend className="sr-only">View</legend>
          <ViewButton isPressed={view === 'compare'} onClick={() => setView('compare')}>
            Before and after
          </ViewButton>
          <ViewButton isPressed={view === 'matte'} onClick={() => setView('matte')}>
            Matte
          </ViewButton>
        </fieldset>
        {type === 'video' && (
          <Button
            size="small"
            onClick={() => setPlaying(!isPlaying)}
            icon={
              isPlaying ? (
                <Pause aria-hidden className="size-3.5" />
              ) : (
                <Play aria-hidden className="size-3.5" />
              )
            }
          >
            {isPlaying ? 'Pause' : 'Play'}
          </Button>
        )}
      </div>
    </div>
  );
}

interface ViewButtonProps {
  readonly isPressed: boolean;
  readonly onClick: () => void;
  readonly children: string;
}

function ViewButton({ isPressed, onClick, children }: ViewButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={isPressed}
      onClick={onClick}
      className="h-7 rounded-md px-2.5 text-sm font-medium text-muted hover:text-text aria-pressed:bg-raised aria-pressed:text-text aria-pressed:shadow-low"
    >
      {children}
    </button>
  );
}
