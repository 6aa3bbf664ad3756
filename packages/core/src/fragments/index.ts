export type { Fragment, RenderBlock } from './fragment.ts';
export { engineViews, type FileEngine, pageOptionsOf, renderView } from './framework-views.ts';
export { createFragments, type Fragments, type FragmentsOptions, type PageOptions } from './fragments.ts';
export type { FragmentViews } from './views.ts';
