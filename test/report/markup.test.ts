import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentPolicy, escapeHtml, grouped, inlined, scriptJson } from '../../src/report/markup.js';

describe('escapeHtml', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    [`a"b'c&d`, 'a&quot;b&#39;c&amp;d'],
    ['line\nbreak', 'line\\nbreak'],
  ])('%j', (text, escaped) => {
    expect(escapeHtml(text)).toBe(escaped);
  });
});

describe('scriptJson', () => {
  it('keeps its value and can neither end a script nor a line of one', () => {
    const value = ['</script><!--', '\u2028\u2029', 'é"\\'];
    const text = scriptJson(value);
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('inlined', () => {
  it('refuses code that would end its element', () => {
    expect(inlined('style', 'a{}')).toBe('<style>a{}</style>');
    expect(() => inlined('script', '"</SCRIPT>"')).toThrow('end itself');
    expect(() => inlined('script', '"<!--"')).toThrow('end itself');
  });
});

describe('contentPolicy', () => {
  it('lets nothing from a network in, and code by its hash alone', () => {
    const policy = contentPolicy('let a', 'b{}');
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash('let a')} 'strict-dynamic'`,
      `style-src ${hash('b{}')}`,
      "img-src 'self' file: data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });
});

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
])('grouped(%i) is %s', (count, text) => {
  expect(grouped(count)).toBe(text);
});
