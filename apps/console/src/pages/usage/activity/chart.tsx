import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { cx } from '../../../ui/cx.ts';
import { formatNumber } from '../../../ui/format.ts';
import { type Series, stack, sum } from './series.ts';

interface ChartProps {
  /** What the chart shows, for people who don't see it. */
  readonly label: string;
  /** Stacked, the first at the bottom. */
  readonly series: readonly Series[];
  /** What each bar stands for. */
  readonly buckets: readonly string[];
  readonly height: number;
}

/** The bar that the pointer is at, and where it is. */
interface Hovered {
  readonly index: number;
  /** Pixels from the left of the chart. */
  readonly left: number;
  readonly isInRightHalf: boolean;
}

/** Stacked bars over time. */
export default function Chart({ label, series, buckets, height }: ChartProps) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const theme = useSyncExternalStore(subscribeToTheme, readTheme);
  const [hovered, setHovered] = useState<Hovered>();
  const data = toData(series, buckets.length);
  const latest = useRef({ data, buckets });
  latest.current = { data, buckets };
  const colours = series.map(({ colour }) => colour).join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas must be drawn anew with the colours of the theme
  useEffect(() => {
    const element = container.current;
    if (!element) return undefined;
    const options = toOptions(element, colours.split(' '), height, () => latest.current.buckets);
    const drawn = new UPlot({ ...options, hooks: { setCursor: [onCursor] } }, latest.current.data, element);
    plot.current = drawn;
    function onCursor({ cursor: { idx, left = -1 }, bbox }: UPlot) {
      const isInside = typeof idx === 'number' && left >= 0;
      const [offset, width] = [bbox.left / devicePixelRatio, bbox.width / devicePixelRatio];
      setHovered(isInside ? { index: idx, left: offset + left, isInRightHalf: left > width / 2 } : undefined);
    }
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [colours, height, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is drawn when what it is made of has changed
  useEffect(() => plot.current?.setData(data), [series, buckets]);

  return (
    <div className="relative">
      <div ref={container} role="img" aria-label={label} style={{ height }} />
      {hovered && <Tooltip hovered={hovered} series={series} bucket={buckets[hovered.index]} />}
    </div>
  );
}

interface TooltipProps {
  readonly hovered: Hovered;
  readonly series: readonly Series[];
  readonly bucket: string | undefined;
}

function Tooltip({ hovered: { index, left, isInRightHalf }, series, bucket }: TooltipProps) {
  const rows = series.map(({ values, ...rest }) => ({ ...rest, value: values[index] ?? 0 }));
  return (
    <div
      aria-hidden
      className={cx(
        'pointer-events-none absolute top-2 z-10 min-w-40 rounded-lg border border-line bg-surface p-3 text-sm shadow-high',
        isInRightHalf && '-translate-x-full',
      )}
      style={{ left: isInRightHalf ? left - 12 : left + 12 }}
    >
      <p className="flex justify-between gap-6 font-medium">
        {bucket}
        <span className="tabular-nums">{formatNumber(sum(rows.map(({ value }) => value)))}</span>
      </p>
      <ul className="mt-1.5 flex flex-col gap-0.5">
        {rows.map(({ label, colour, value }) => (
          <li key={label} className="flex items-center gap-2 text-muted">
            <span className="size-2 rounded-xs" style={{ background: `var(${colour})` }} />
            {label}
            <span className="ml-auto pl-6 tabular-nums">{formatNumber(value)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const readTheme = () => dark.matches;

function subscribeToTheme(onChange: () => void): () => void {
  dark.addEventListener('change', onChange);
  return () => dark.removeEventListener('change', onChange);
}

/** Of bars that stand on one another, the highest is drawn first, and those below cover its lower part. */
function toData(series: readonly Series[], length: number): UPlot.AlignedData {
  return [Array.from({ length }, (_, index) => index), ...stack(series).reverse()];
}

/** What looks the same for every chart. Bars are placed by their number, so that months are equally wide. */
function toOptions(
  element: HTMLElement,
  colours: readonly string[],
  height: number,
  getBuckets: () => readonly string[],
): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string) => style.getPropertyValue(token).trim();
  const font = `12px ${style.fontFamily}`;
  const bars = UPlot.paths.bars?.({ size: [0.72, 28], radius: 0.12 });
  const axis: UPlot.Axis = { font, stroke: colour('--faint'), ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    padding: [10, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [-0.5, getBuckets().length - 0.5] },
      y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        splits: ({ width }) => pickLabels(getBuckets().length, width),
        values: (_, splits) => splits.map((index) => getBuckets()[index] ?? ''),
      },
      {
        ...axis,
        size: (_, values) => 18 + 7 * Math.max(1, ...(values ?? []).map((value) => value.length)),
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
        space: 36,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, splits) => splits.map(formatNumber),
      },
    ],
    series: [
      {},
      ...[...colours].reverse().map((token) => ({
        fill: colour(token),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      })),
    ],
  };
}

/** The numbers of the bars that have room for a label, the last one among them. */
function pickLabels(length: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((length * 72) / width));
  return Array.from({ length }, (_, index) => index).filter((index) => (length - 1 - index) % step === 0);
}
