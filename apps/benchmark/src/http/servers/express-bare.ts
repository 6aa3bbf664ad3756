import express from 'express';
import { PATH } from '../page.ts';
import { answerPage } from './cached-answer.ts';
import { countHandled, serve } from './serve.ts';

const app = express();

countHandled();
app.get(PATH, answerPage);
serve(app);
