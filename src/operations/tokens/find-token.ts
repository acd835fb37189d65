import type { IssuedToken } from "../../contract/tokens.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";

/** The token with the ID. @throws NOT_FOUND with what was probably meant */
export function findToken(id: string, tokens: readonly IssuedToken[]): IssuedToken {
  const found = tokens.find((token) => token.id === id);
  if (found !== undefined) return found;
  const near = closestWords(
    id,
    tokens.map((token) => token.id),
  );
  throw new AppError("NOT_FOUND", `There is no token "${id}" that is still good`, {
    suggestions: [...near.map((other) => `use ${other}`), "hangar tokens list"],
  });
}
