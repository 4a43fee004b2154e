/** Something on the menu. */
export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
}

const menu: readonly Product[] = [
  { id: 1, name: 'Poke', priceCents: 1500 },
  { id: 2, name: 'Burger', priceCents: 1200 },
  { id: 3, name: 'Pizza', priceCents: 1400 },
];

/** The product on the menu with this id, if there is one. */
export function productById(id: number): Product | undefined {
  return menu.find((product) => product.id === id);
}
