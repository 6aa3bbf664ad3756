import { describe, expect, it } from 'vitest';
import { type Page, Site, standardSite } from './support/site.ts';

const DIGITS = '0123456789';

function partial(first: number, last: number, etag = '"a"', headers: string[] = []): Page {
  return {
    status: 206,
    headers: ['Cache-Control', 'max-age=60', 'ETag', etag, 'Content-Range', `bytes ${first}-${last}/10`, ...headers],
    body: DIGITS.slice(first, last + 1),
  };
}

/** Answers the ranges that it is asked for, and all of it otherwise. */
function ranges({ header }: { header: (name: string) => string | undefined }): Page {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header('range') ?? '');
  if (match === null) return { headers: ['Cache-Control', 'max-age=60', 'ETag', '"a"'], body: DIGITS };
  return partial(Number(match[1]), match[2] === '' ? 9 : Number(match[2]));
}

describe('in the standard mode a part', () => {
  it('is stored and answers what lies in it', async () => {
    const site = standardSite(ranges);
    expect(await site.get({ range: 'bytes=2-6' })).toMatchObject({
      status: 206,
      body: '23456',
      said: 'fwd=uri-miss; stored',
    });
    expect(await site.get({ range: 'bytes=3-4' })).toMatchObject({ kind: 'hit', status: 206, body: '34' });
    expect(await site.get({ range: 'bytes=2-6', 'if-range': '"a"' })).toMatchObject({ kind: 'hit', body: '23456' });
    expect(site.runs).toBe(1);
  });

  it('answers nothing else', async () => {
    const site = standardSite(ranges);
    await site.get({ range: 'bytes=2-6' });
    expect(await site.get({ range: 'bytes=2-6', 'if-range': '"b"' })).toMatchObject({
      kind: 'miss',
      said: expect.stringMatching(/^fwd=partial/) as string,
    });
    expect(await site.get({}, { method: 'HEAD' })).toMatchObject({ kind: 'bypass', said: 'fwd=partial' });
    expect(await site.get()).toMatchObject({ kind: 'miss', status: 200, body: DIGITS });
  });

  it('is completed by what is missing, in one answer', async () => {
    const site = standardSite(ranges);
    await site.get({ range: 'bytes=0-4' });
    expect(await site.get()).toMatchObject({ status: 200, body: DIGITS, said: 'fwd=partial; fwd-status=206; stored' });
    expect(site.lastSeen).toEqual({ range: 'bytes=5-', 'if-range': '"a"' });
    expect(await site.get()).toMatchObject({ kind: 'hit', status: 200, body: DIGITS });
    expect(site.runs).toBe(2);
  });

  it('is joined to its neighbours as they are asked for', async () => {
    const site = standardSite(ranges);
    for (const range of ['bytes=0-2', 'bytes=3-6', 'bytes=7-9']) await site.get({ range });
    expect(site.runs).toBe(3);
    expect(await site.get()).toMatchObject({ kind: 'hit', status: 200, body: DIGITS });
  });

  it('gives way to one that does not fit, whose request is answered in one run', async () => {
    const site = standardSite(ranges);
    await site.get({ range: 'bytes=0-2' });
    expect(await site.get({ range: 'bytes=7-9' })).toMatchObject({
      status: 206,
      body: '789',
      said: 'fwd=partial; stored',
    });
    expect(site.runs).toBe(2);
    expect((await site.get({ range: 'bytes=7-8' })).kind).toBe('hit');
    expect((await site.get({ range: 'bytes=0-1' })).kind).toBe('miss');
  });

  it('does not take the place of the whole', async () => {
    const site = standardSite((seen, run) =>
      run === 1 ? { headers: ['Cache-Control', 'max-age=60'], body: DIGITS } : ranges(seen),
    );
    await site.get();
    expect(await site.get({ range: 'bytes=2-4', 'cache-control': 'no-cache' })).toMatchObject({
      status: 206,
      body: '234',
    });
    expect(await site.get()).toMatchObject({ kind: 'hit', status: 200, body: DIGITS });
  });

  it.each<[string, Page]>([
    ['another version of it', partial(5, 9, '"b"')],
    ['a weak entity tag', partial(5, 9, 'W/"a"')],
    ['a gap', partial(6, 9)],
    ['nothing to find there', { status: 416, headers: ['Content-Range', 'bytes */5'] }],
    ['a 304', { status: 304 }],
    ['a 404', { status: 404, body: 'gone' }],
    ['fewer bytes than it says', { ...partial(5, 9), body: '567' }],
  ])('is not completed by %s: the handler is asked for all of it', async (_what, second) => {
    const site = standardSite((seen, run) => (run === 2 ? second : ranges(seen)));
    await site.get({ range: 'bytes=0-4' });
    expect(await site.get()).toMatchObject({ status: 200, body: DIGITS });
    expect(site.runs).toBe(3);
    expect(site.lastSeen).toEqual({});
    expect(await site.get()).toMatchObject({ kind: 'hit', status: 200, body: DIGITS });
  });

  it('is replaced by a whole response that comes instead', async () => {
    const site = standardSite((seen, run) =>
      run === 2
        ? { ...ranges(seen), status: 200, headers: ['Cache-Control', 'max-age=60'], body: 'new' }
        : ranges(seen),
    );
    await site.get({ range: 'bytes=0-4' });
    expect(await site.get()).toMatchObject({ status: 200, body: 'new' });
    expect(await site.get()).toMatchObject({ kind: 'hit', body: 'new' });
  });

  it('stays where the origin is in trouble, which the client learns', async () => {
    const site = standardSite((seen, run) => (run === 2 ? { status: 503, body: 'sorry' } : ranges(seen)));
    await site.get({ range: 'bytes=0-4' });
    expect(await site.get()).toMatchObject({ status: 503, body: 'sorry' });
    expect((await site.get({ range: 'bytes=0-1' })).kind).toBe('hit');
  });

  it('in several pieces, or in none, is not stored', async () => {
    for (const headers of [
      ['Content-Type', 'multipart/byteranges; boundary=x'],
      ['Content-Range', 'bytes 4-0/10'],
      ['Content-Range', 'lines 0-4/10'],
    ]) {
      const site = standardSite(() => ({
        status: 206,
        headers: ['Cache-Control', 'max-age=60', ...headers],
        body: '01234',
      }));
      expect((await site.get({ range: 'bytes=0-1,3-4' })).said).toBe('fwd=uri-miss; detail=range');
      expect((await site.get({ range: 'bytes=0-1,3-4' })).kind).toBe('miss');
    }
  });

  it('that a client asked for answers also where it came to be no part', async () => {
    const site = standardSite((_seen, run) => (run === 1 ? partial(0, 4) : { status: 404, body: 'gone' }));
    await site.get({ range: 'bytes=0-4' });
    expect(await site.get({ range: 'bytes=5-9' })).toMatchObject({ status: 404, body: 'gone' });
    expect(site.runs).toBe(2);
  });
});

describe('in the safe mode a range', () => {
  const whole = () => ({ body: DIGITS });

  it('comes from what is stored', async () => {
    const site = new Site({}, whole);
    await site.get();
    expect(await site.get({ range: 'bytes=2-4' })).toMatchObject({ kind: 'hit', status: 206, body: '234' });
    expect(await site.get({ range: 'bytes=99-' })).toMatchObject({ kind: 'hit', status: 416, body: '' });
  });

  it('goes past the cache where nothing is stored, also where nothing could be', async () => {
    const site = new Site({}, () => ({ headers: ['Cache-Control', 'private'], body: DIGITS }));
    const past = { kind: 'bypass', said: 'fwd=bypass; detail=range' };
    expect(await site.get({ range: 'bytes=2-4' })).toMatchObject(past);
    await site.get();
    expect(await site.get({ range: 'bytes=2-4' })).toMatchObject(past);
    expect(site.lastSeen).toEqual({ range: 'bytes=2-4' });
    expect((await site.get()).kind).toBe('miss');
  });
});
