import { expect, test } from 'vitest';
import { currencyCodes, minorDigits } from './currencies.ts';

// The engine's data (CLDR) is another source. It lists no funds and no withdrawn codes, and writes some currencies of little worth
// without the decimals that ISO 4217 gives them. java.util.Currency agrees on every code but UYW, which it does not know.

test('every currency in use is known, once', () => {
  const withoutMinorUnit = new Set(['XDR', 'XSU']);
  const inUse = Intl.supportedValuesOf('currency').filter((code) => !withoutMinorUnit.has(code));
  expect(inUse.length).toBeGreaterThan(150);
  expect(inUse.filter((code) => !currencyCodes.includes(code))).toEqual([]);
  expect(new Set(currencyCodes).size).toBe(currencyCodes.length);
});

test('decimals are those of ISO 4217', () => {
  const differing = currencyCodes.filter((code) => {
    const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions();
    return maximumFractionDigits !== 0 && maximumFractionDigits !== minorDigits(code);
  });
  expect(differing).toEqual([]);
  const withoutDecimals = currencyCodes.filter((code) => minorDigits(code) === 0);
  expect(withoutDecimals.join(' ')).toBe('BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF');
  expect(['XXX', 'XAU', 'XTS', 'eur', ''].map(minorDigits)).toEqual(Array(5).fill(undefined));
});
