import { createCache } from '@cache/core';
import { redis } from '@cache/core/redis';

// Another process with the same cache, as it is built, told by messages what to call; answers each with what came of it.
const [url, prefix] = process.argv.slice(2);
const cache = createCache({ backend: redis(url, { prefix }) });

const calls = {
  get: (key) => cache.get(key),
  set: (key, value, tags) => cache.set(key, value, { tags }),
  invalidateTags: (tags) => cache.invalidateTags(tags),
  close: () => cache.close(),
};

process.on('message', ([name, ...parameters]) => void answer(name, parameters));

async function answer(name, parameters) {
  const result = await calls[name](...parameters);
  process.send({ result });
  // Nothing may keep the process alive after that.
  if (name === 'close') process.disconnect();
}
