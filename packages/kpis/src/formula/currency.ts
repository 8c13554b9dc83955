/** Minor units of ISO 4217 currencies: how many decimals the major unit has. */

export const defaultCurrencyExponent = 2;

/** Currencies whose minor unit is not a hundredth (ISO 4217 list one, and its two funds codes with four). */
export const currencyExponentExceptions: readonly { readonly exponent: number; readonly codes: readonly string[] }[] = [
  {
    exponent: 0,
    codes: ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'],
  },
  { exponent: 3, codes: ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'] },
  { exponent: 4, codes: ['CLF', 'UYW'] },
];

const exponents = new Map(currencyExponentExceptions.flatMap(({ exponent, codes }) => codes.map((code) => [code, exponent] as const)));

/** Decimals of a currency's major unit: 2 for EUR, 0 for JPY, 3 for BHD. */
export function currencyExponentOf(currency: string): number {
  return exponents.get(currency) ?? defaultCurrencyExponent;
}
