import { expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../../src/report/client/view.js';

it('an address says everything of a view, and is read back', () => {
  const address =
    '#name=a+b&status=failed&gender=Female&age=%2825-32%29&years-min=20&years-max=30&confidence-min=0.5&faces-max=3&sort=age-down&open=x%2F%3Cb%3E%26.jpg';
  expect(formatAddress(parseAddress(address))).toBe(address);
  expect(parseAddress(address)).toMatchObject({
    labels: { gender: 'Female', age: '(25-32)' },
    years: { min: 20, max: 30 },
    confidence: { min: 0.5 },
    open: 'x/<b>&.jpg',
  });
});

it('a view of everything has no address', () => {
  expect(formatAddress(parseAddress(''))).toBe('');
});
