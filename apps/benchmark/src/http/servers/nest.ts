import 'reflect-metadata';
import { serveNestPage } from './nest-page.ts';

await serveNestPage([], []);
