// Quantities: checked, and only the products that make sense.
#include "models/units.h"
#include "tests/catch.h"

using namespace kvf;

TEST_CASE("a quantity adds and multiplies within its range", "[units]") {
  CHECK(Tokens(2) + Tokens(3) == Tokens(5));
  CHECK(Cells(4) * Tokens(3) == Entries(12));
  CHECK_THROWS_AS(Tokens::max() + Tokens(1), OverflowError);
}

TEST_CASE("an overflow names the quantity", "[units]") {
  CHECK_THROWS_WITH(Bytes::max().times(2), kvf::test::contains("bytes"));
}

TEST_CASE("an area is printed as an integer of any size", "[units]") {
  const Area area = Area(Int128{1} << 100);
  CHECK(to_string(area) == "1267650600228229401496703205376");
  CHECK(to_string(Area(-7)) == "-7");
}
