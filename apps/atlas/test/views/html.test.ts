import { expect, test } from 'vitest';
import { html } from '../../src/views/html.ts';

test('every value is escaped, in text and in attributes', () => {
  const value = `<script>"it's" & more</script>`;
  expect(html`<p title="${value}">${value}</p>`.text).toBe(
    '<p title="&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;">&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;</p>',
  );
});

test('only markup made by the tag itself is taken as markup', () => {
  const forged = { text: '<b>' } as unknown as string;
  expect(html`${html`<i>${1}</i>`}`.text).toBe('<i>1</i>');
  expect(() => html`${forged}`).toThrow(TypeError);
});

test('lists are joined; false and nothing leave nothing; zero is a number', () => {
  expect(html`${[1, [html`<b>2</b>`, '<']]}`.text).toBe('1<b>2</b>&lt;');
  expect(html`[${false}${null}${undefined}${0}]`.text).toBe('[0]');
});
