import { answerPage } from './cached-answer.ts';
import { countHandled, serve } from './serve.ts';

countHandled();
serve(answerPage);
