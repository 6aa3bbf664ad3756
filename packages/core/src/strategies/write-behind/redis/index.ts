export { type RedisJournalOptions, redisJournal } from './redis-journal.ts';
