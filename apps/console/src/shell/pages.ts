import { ChartColumn, KeyRound, ListVideo, type LucideIcon, ScrollText, Wand, Webhook } from 'lucide-react';
import { type ComponentType, lazy } from 'react';

/** A page. Its chunk is loaded when it is first shown, or when a pointer nears its link. */
export interface PageEntry {
  /** Below `/console`, with `:parameters`, which the page reads with `useParams`. */
  readonly path: string;
  /** Its name in the navigation and in the title of the document. */
  readonly title: string;
  /** Absent for pages that are not in the navigation. */
  readonly icon?: LucideIcon;
  readonly load: () => Promise<unknown>;
  readonly component: ComponentType;
}

function page(
  path: string,
  title: string,
  icon: LucideIcon | undefined,
  load: () => Promise<{ default: ComponentType }>,
): PageEntry {
  return { path, title, ...(icon && { icon }), load, component: lazy(load) };
}

/** Every page behind the sign-in. */
export const pages: readonly PageEntry[] = [
  page('/', 'Playground', Wand, () => import('../pages/playground/page.tsx')),
  page('/jobs', 'Jobs', ListVideo, () => import('../pages/jobs/page.tsx')),
  page('/jobs/:id', 'Job', undefined, () => import('../pages/job/page.tsx')),
  page('/usage', 'Usage', ChartColumn, () => import('../pages/usage/page.tsx')),
  page('/keys', 'Keys', KeyRound, () => import('../pages/keys/page.tsx')),
  page('/webhooks', 'Webhooks', Webhook, () => import('../pages/webhooks/page.tsx')),
  page('/webhooks/:id', 'Delivery', undefined, () => import('../pages/delivery/page.tsx')),
  page('/requests', 'Requests', ScrollText, () => import('../pages/requests/page.tsx')),
];
