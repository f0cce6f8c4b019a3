/** Who a client certificate speaks for: the one is let in as a station, the other as an ordering client. */
export type Role = 'station' | 'client';

/** Serial numbers of certificates as we compare them: hexadecimal, lower case, no leading zeros. */
export const normalSerial = (serial: string): string => serial.toLowerCase().replace(/^0+/, '');
