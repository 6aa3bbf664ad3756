import { describe, expect, it } from 'vitest';
import { controlledBody, fetchSite, said } from './support/site.ts';

describe('clients', () => {
  it('that leave in the middle of a body leave it to those who wait', async () => {
    const source = controlledBody();
    const site = fetchSite(() => new Response(source.body));
    const leader = await site.ask('/');
    const waiting = Array.from({ length: 50 }, () => site.ask('/'));
    source.write('begin');

    await leader.body?.cancel('gone');
    expect(source.cancelled).toBe(false);
    source.write(', end');
    source.end();

    const answers = await Promise.all(waiting);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(new Set(['begin, end']));
    expect(site.runs).toBe(1);
    expect(said(await site.ask('/'))).toBe('hit; ttl=300');
  });

  it('that leave stop a body that nobody else can get', async () => {
    const source = controlledBody();
    const headers = { 'Content-Type': 'text/event-stream' };
    const site = fetchSite(() => new Response(source.body, { headers }));
    const response = await site.ask('/');
    await response.body?.cancel('gone');
    expect(source.cancelled).toBe(true);
  });

  it('that leave stop a body that turns out too large', async () => {
    const source = controlledBody();
    const site = fetchSite(() => new Response(source.body), { maxBodyBytes: 4 });
    const response = await site.ask('/');
    source.write('abc');
    await response.body?.cancel('gone');
    source.write('def');
    await site.settle();
    expect(source.cancelled).toBe(true);
  });

  it('that leave before the body fails store nothing', async () => {
    const source = controlledBody();
    let runs = 0;
    const site = fetchSite(() => new Response((runs += 1) === 1 ? source.body : 'whole'));
    const leader = await site.ask('/');
    const waiting = site.ask('/');
    await leader.body?.cancel('gone');
    source.write('half');
    source.fail(new Error('broken'));
    expect(await (await waiting).text()).toBe('whole');
    expect(await (await site.ask('/')).text()).toBe('whole');
  });

  it('that leave before the head harm nobody', async () => {
    let answer: (response: Response) => void = () => {};
    const site = fetchSite(() => new Promise((resolve) => (answer = resolve)));
    const client = new AbortController();
    const leader = site.ask('/', { signal: client.signal });
    const waiting = site.ask('/');
    client.abort();
    answer(new Response('page'));
    void (await leader).body?.cancel();
    expect(await (await waiting).text()).toBe('page');
    expect(site.runs).toBe(1);
  });

  it('that read nothing keep nobody waiting', async () => {
    const site = fetchSite(() => new Response(new Uint8Array(200_000)));
    await site.ask('/');
    expect(await (await site.ask('/')).arrayBuffer()).toHaveProperty('byteLength', 200_000);
    expect(site.runs).toBe(1);
  });

  it('that read nothing hold back a body that is larger than what may be stored', async () => {
    let written = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        written += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const site = fetchSite(() => new Response(body), { maxBodyBytes: 10_000 });
    const response = await site.ask('/');
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeGreaterThan(10_000);
    expect(written).toBeLessThan(20_000);
    await response.body?.cancel();
  });
});
