-- orders_of_lines
SELECT
  "t1"."customer" AS "customer",
  "t1"."day" AS "day",
  "t1"."amount" AS "amount",
  "t1"."order" AS "order"
FROM (
  SELECT
    "t0"."customer" AS "customer",
    "t0"."order" AS "order",
    MIN("t0"."day") AS "day",
    SUM("t0"."amount") AS "amount"
  FROM "orders" AS "t0"
  GROUP BY
    "t0"."customer",
    "t0"."order"
) AS "t1";

-- values
SELECT
  "t2"."customer" AS "customer",
  "t2"."value" AS "value",
  "t2"."latest" >= toDate('2023-07-01') AS "active"
FROM (
  SELECT
    "t1"."customer" AS "customer",
    SUM(
      CASE
        WHEN "t1"."day" >= toDate('2023-07-01')
        THEN "t1"."amount"
        ELSE "t1"."amount" * 0
      END
    ) AS "value",
    MAX("t1"."day") AS "latest"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer"
) AS "t2";

-- abc
SELECT
  "t4"."customer" AS "customer",
  "t4"."value" AS "value",
  "t4"."rank" AS "rank",
  "t4"."cumulative" AS "cumulative",
  CASE
    WHEN "t4"."value" <= 0
    THEN 'C'
    WHEN "t4"."first" = 1
    THEN 'A'
    WHEN (
      (
        "t4"."cumulative" - (
          (
            "t4"."rank" - "t4"."first"
          ) * "t4"."value"
        )
      ) * 20
    ) <= (
      "t4"."total" * 11
    )
    THEN 'A'
    WHEN (
      (
        "t4"."cumulative" - (
          (
            "t4"."rank" - "t4"."first"
          ) * "t4"."value"
        )
      ) * 20
    ) <= (
      "t4"."total" * 17
    )
    THEN 'B'
    ELSE 'C'
  END AS "class"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."value" AS "value",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t3"."value" DESC, "t3"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    (
      RANK() OVER (
        ORDER BY "t3"."value" DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "first",
    SUM("t3"."value") OVER (
      ORDER BY "t3"."value" DESC, "t3"."customer" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "cumulative",
    SUM(CASE WHEN "t3"."value" > 0 THEN "t3"."value" ELSE "t3"."value" * 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "total"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."value" AS "value",
      "t2"."latest" >= toDate('2023-07-01') AS "active"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        SUM(
          CASE
            WHEN "t1"."day" >= toDate('2023-07-01')
            THEN "t1"."amount"
            ELSE "t1"."amount" * 0
          END
        ) AS "value",
        MAX("t1"."day") AS "latest"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
    WHERE
      "t2"."latest" >= toDate('2023-07-01')
  ) AS "t3"
) AS "t4";

-- concentration
SELECT
  "t3"."customer" AS "customer",
  "t3"."value" AS "value",
  (
    ROW_NUMBER() OVER (
      ORDER BY "t3"."value" DESC, "t3"."customer" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1
  ) + 1 AS "rank",
  COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
FROM (
  SELECT
    "t2"."customer" AS "customer",
    "t2"."value" AS "value",
    "t2"."latest" >= toDate('2023-07-01') AS "active"
  FROM (
    SELECT
      "t1"."customer" AS "customer",
      SUM(
        CASE
          WHEN "t1"."day" >= toDate('2023-07-01')
          THEN "t1"."amount"
          ELSE "t1"."amount" * 0
        END
      ) AS "value",
      MAX("t1"."day") AS "latest"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        "t0"."day" <= toDate('2024-06-30')
    ) AS "t1"
    GROUP BY
      "t1"."customer"
  ) AS "t2"
  WHERE
    "t2"."value" > 0
) AS "t3";

-- pyramid
SELECT
  "t4"."customer" AS "customer",
  "t4"."value" AS "value",
  "t4"."rank" AS "rank",
  CASE
    WHEN NOT (
      "t4"."active"
    )
    THEN 'inactive'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 100
    ) < (
      "t4"."n" * 1
    )
    THEN 'top'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 20
    ) < (
      "t4"."n" * 1
    )
    THEN 'high'
    WHEN (
      (
        "t4"."rank" - 1
      ) * 5
    ) < (
      "t4"."n" * 1
    )
    THEN 'middle'
    ELSE 'base'
  END AS "level"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."value" AS "value",
    "t3"."active" AS "active",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t3"."active" DESC, "t3"."value" DESC, "t3"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    SUM(CASE WHEN "t3"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."value" AS "value",
      "t2"."latest" >= toDate('2023-07-01') AS "active"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        SUM(
          CASE
            WHEN "t1"."day" >= toDate('2023-07-01')
            THEN "t1"."amount"
            ELSE "t1"."amount" * 0
          END
        ) AS "value",
        MAX("t1"."day") AS "latest"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
  ) AS "t3"
) AS "t4";

-- migration
SELECT
  COALESCE("t11"."customer", "t12"."customer_now") AS "customer",
  COALESCE("t11"."level", 'new') AS "level_then",
  COALESCE("t12"."level_now", 'inactive') AS "level_now",
  COALESCE("t11"."value", 0) AS "value_then",
  COALESCE("t12"."value_now", 0) AS "value_now"
FROM (
  SELECT
    "t7"."customer" AS "customer",
    CASE
      WHEN NOT (
        "t7"."active"
      )
      THEN 'inactive'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 100
      ) < (
        "t7"."n" * 1
      )
      THEN 'top'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 20
      ) < (
        "t7"."n" * 1
      )
      THEN 'high'
      WHEN (
        (
          "t7"."rank" - 1
        ) * 5
      ) < (
        "t7"."n" * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS "level",
    "t7"."value" AS "value"
  FROM (
    SELECT
      "t5"."customer" AS "customer",
      "t5"."value" AS "value",
      "t5"."active" AS "active",
      (
        ROW_NUMBER() OVER (
          ORDER BY "t5"."active" DESC, "t5"."value" DESC, "t5"."customer" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "rank",
      SUM(CASE WHEN "t5"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
    FROM (
      SELECT
        "t3"."customer" AS "customer",
        "t3"."value" AS "value",
        "t3"."latest" >= toDate('2022-07-01') AS "active"
      FROM (
        SELECT
          "t1"."customer" AS "customer",
          SUM(
            CASE
              WHEN "t1"."day" >= toDate('2022-07-01')
              THEN "t1"."amount"
              ELSE "t1"."amount" * 0
            END
          ) AS "value",
          MAX("t1"."day") AS "latest"
        FROM (
          SELECT
            *
          FROM "orders" AS "t0"
          WHERE
            "t0"."day" <= toDate('2023-06-30')
        ) AS "t1"
        GROUP BY
          "t1"."customer"
      ) AS "t3"
    ) AS "t5"
  ) AS "t7"
) AS "t11"
FULL OUTER JOIN (
  SELECT
    "t8"."customer" AS "customer_now",
    CASE
      WHEN NOT (
        "t8"."active"
      )
      THEN 'inactive'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 100
      ) < (
        "t8"."n" * 1
      )
      THEN 'top'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 20
      ) < (
        "t8"."n" * 1
      )
      THEN 'high'
      WHEN (
        (
          "t8"."rank" - 1
        ) * 5
      ) < (
        "t8"."n" * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS "level_now",
    "t8"."value" AS "value_now"
  FROM (
    SELECT
      "t6"."customer" AS "customer",
      "t6"."value" AS "value",
      "t6"."active" AS "active",
      (
        ROW_NUMBER() OVER (
          ORDER BY "t6"."active" DESC, "t6"."value" DESC, "t6"."customer" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "rank",
      SUM(CASE WHEN "t6"."active" THEN 1 ELSE 0 END) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
    FROM (
      SELECT
        "t4"."customer" AS "customer",
        "t4"."value" AS "value",
        "t4"."latest" >= toDate('2023-07-01') AS "active"
      FROM (
        SELECT
          "t2"."customer" AS "customer",
          SUM(
            CASE
              WHEN "t2"."day" >= toDate('2023-07-01')
              THEN "t2"."amount"
              ELSE "t2"."amount" * 0
            END
          ) AS "value",
          MAX("t2"."day") AS "latest"
        FROM (
          SELECT
            *
          FROM "orders" AS "t0"
          WHERE
            "t0"."day" <= toDate('2024-06-30')
        ) AS "t2"
        GROUP BY
          "t2"."customer"
      ) AS "t4"
    ) AS "t6"
  ) AS "t8"
) AS "t12"
  ON "t11"."customer" = "t12"."customer_now";

-- rfm_measures
SELECT
  "t2"."customer" AS "customer",
  "t2"."frequency" AS "frequency",
  "t2"."monetary" AS "monetary",
  DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
FROM (
  SELECT
    "t1"."customer" AS "customer",
    MAX("t1"."day") AS "last",
    COUNT(*) AS "frequency",
    SUM("t1"."amount") AS "monetary"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer"
) AS "t2";

-- rfm_order_statistics
WITH "t3" AS (
  SELECT
    "t2"."customer" AS "customer",
    "t2"."frequency" AS "frequency",
    "t2"."monetary" AS "monetary",
    DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
  FROM (
    SELECT
      "t1"."customer" AS "customer",
      MAX("t1"."day") AS "last",
      COUNT(*) AS "frequency",
      SUM("t1"."amount") AS "monetary"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
    ) AS "t1"
    GROUP BY
      "t1"."customer"
  ) AS "t2"
)
SELECT
  "t17"."measure" AS "measure",
  "t17"."value" AS "value",
  "t17"."before" AS "before",
  "t17"."reached" AS "reached",
  "t17"."n" AS "n"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t10"."before" AS "before",
      "t10"."reached" AS "reached",
      "t10"."n" AS "n",
      'monetary' AS "measure",
      CAST("t10"."value" AS Nullable(Decimal(30, 6))) AS "value"
    FROM (
      SELECT
        "t7"."value" AS "value",
        "t7"."n" AS "n",
        "t7"."before" AS "before",
        "t7"."before" + 1 AS "reached"
      FROM (
        SELECT
          "t4"."monetary" AS "value",
          ROW_NUMBER() OVER (
            ORDER BY "t4"."monetary" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "before",
          COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
        FROM "t3" AS "t4"
      ) AS "t7"
    ) AS "t10"
    WHERE
      (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 1
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 1
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 2
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 2
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 3
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 3
          ) < (
            "t10"."reached" * 5
          )
        )
      )
      OR (
        (
          (
            (
              "t10"."before" - 1
            ) * 5
          ) <= (
            (
              "t10"."n" - 1
            ) * 4
          )
        )
        AND (
          (
            (
              "t10"."n" - 1
            ) * 4
          ) < (
            "t10"."reached" * 5
          )
        )
      )
  ) AS "t13"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t11"."before" AS "before",
        "t11"."reached" AS "reached",
        "t11"."n" AS "n",
        'recency' AS "measure",
        CAST("t11"."value" AS Nullable(Decimal(30, 6))) AS "value"
      FROM (
        SELECT
          "t8"."value" AS "value",
          "t8"."reached" AS "reached",
          "t8"."n" AS "n",
          "t8"."reached" - "t8"."many" AS "before"
        FROM (
          SELECT
            "t5"."value" AS "value",
            "t5"."many" AS "many",
            SUM("t5"."many") OVER (ORDER BY "t5"."value" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "reached",
            SUM("t5"."many") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
          FROM (
            SELECT
              "t4"."recency" AS "value",
              COUNT(*) AS "many"
            FROM "t3" AS "t4"
            GROUP BY
              "t4"."recency"
          ) AS "t5"
        ) AS "t8"
      ) AS "t11"
      WHERE
        (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 1
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 1
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 2
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 2
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 3
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 3
            ) < (
              "t11"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t11"."before" - 1
              ) * 5
            ) <= (
              (
                "t11"."n" - 1
              ) * 4
            )
          )
          AND (
            (
              (
                "t11"."n" - 1
              ) * 4
            ) < (
              "t11"."reached" * 5
            )
          )
        )
    ) AS "t14"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        "t12"."before" AS "before",
        "t12"."reached" AS "reached",
        "t12"."n" AS "n",
        'frequency' AS "measure",
        CAST("t12"."value" AS Nullable(Decimal(30, 6))) AS "value"
      FROM (
        SELECT
          "t9"."value" AS "value",
          "t9"."reached" AS "reached",
          "t9"."n" AS "n",
          "t9"."reached" - "t9"."many" AS "before"
        FROM (
          SELECT
            "t6"."value" AS "value",
            "t6"."many" AS "many",
            SUM("t6"."many") OVER (ORDER BY "t6"."value" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "reached",
            SUM("t6"."many") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
          FROM (
            SELECT
              "t4"."frequency" AS "value",
              COUNT(*) AS "many"
            FROM "t3" AS "t4"
            GROUP BY
              "t4"."frequency"
          ) AS "t6"
        ) AS "t9"
      ) AS "t12"
      WHERE
        (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 1
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 1
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 2
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 2
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 3
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 3
            ) < (
              "t12"."reached" * 5
            )
          )
        )
        OR (
          (
            (
              (
                "t12"."before" - 1
              ) * 5
            ) <= (
              (
                "t12"."n" - 1
              ) * 4
            )
          )
          AND (
            (
              (
                "t12"."n" - 1
              ) * 4
            ) < (
              "t12"."reached" * 5
            )
          )
        )
    ) AS "t15"
  ) AS "t16"
) AS "t17";

-- rfm
SELECT
  "t4"."customer" AS "customer",
  "t4"."recency" AS "recency",
  "t4"."frequency" AS "frequency",
  "t4"."monetary" AS "monetary",
  "t4"."r" AS "r",
  "t4"."f" AS "f",
  "t4"."m" AS "m",
  CASE
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'champions'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'promising'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'keep'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = TRUE
    )
    THEN 'rescue'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'regular'
    WHEN (
      (
        "t4"."r" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'newcomers'
    WHEN (
      (
        "t4"."r" >= 4
      ) = FALSE
    )
    AND (
      (
        "t4"."f" >= 4
      ) = TRUE
    )
    AND (
      (
        "t4"."m" >= 4
      ) = FALSE
    )
    THEN 'fading'
    ELSE 'dormant'
  END AS "segment"
FROM (
  SELECT
    "t3"."customer" AS "customer",
    "t3"."frequency" AS "frequency",
    "t3"."monetary" AS "monetary",
    "t3"."recency" AS "recency",
    5 - (
      CASE WHEN "t3"."recency" >= toDecimal128(31.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(61.50000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(120.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."recency" >= toDecimal128(240.00000000, 8) THEN 1 ELSE 0 END
    ) AS "r",
    CASE WHEN "t3"."frequency" >= toDecimal128(2.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(3.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(4.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."frequency" >= toDecimal128(6.00000000, 8) THEN 1 ELSE 0 END + 1 AS "f",
    CASE WHEN "t3"."monetary" >= toDecimal128(100.50000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(200.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(300.00000000, 8) THEN 1 ELSE 0 END + CASE WHEN "t3"."monetary" >= toDecimal128(400.00000000, 8) THEN 1 ELSE 0 END + 1 AS "m"
  FROM (
    SELECT
      "t2"."customer" AS "customer",
      "t2"."frequency" AS "frequency",
      "t2"."monetary" AS "monetary",
      DATE_DIFF(DAY, "t2"."last", toDate('2024-06-30')) AS "recency"
    FROM (
      SELECT
        "t1"."customer" AS "customer",
        MAX("t1"."day") AS "last",
        COUNT(*) AS "frequency",
        SUM("t1"."amount") AS "monetary"
      FROM (
        SELECT
          *
        FROM "orders" AS "t0"
        WHERE
          "t0"."day" <= toDate('2024-06-30') AND "t0"."day" > toDate('2023-06-30')
      ) AS "t1"
      GROUP BY
        "t1"."customer"
    ) AS "t2"
  ) AS "t3"
) AS "t4";

-- purchases
SELECT
  "t3"."customer" AS "customer",
  "t3"."frequency" AS "frequency",
  "t3"."first_day" AS "first_day",
  "t3"."last_day" AS "last_day",
  CAST(DATE_DIFF(DAY, "t3"."first_day", "t3"."last_day") * 1 AS Nullable(Float64)) / 7 AS "recency",
  CAST(DATE_DIFF(DAY, "t3"."first_day", toDate('2024-06-30')) * 1 AS Nullable(Float64)) / 7 AS "T",
  COALESCE(
    CAST("t3"."spend" - "t3"."first_spend" AS Nullable(Float64)) / nullIf("t3"."frequency", 0),
    CAST(0 AS Nullable(Float64))
  ) AS "mean_spend"
FROM (
  SELECT
    "t2"."customer" AS "customer",
    COUNT(*) - 1 AS "frequency",
    MIN("t2"."day") AS "first_day",
    MAX("t2"."day") AS "last_day",
    SUM("t2"."spend") AS "spend",
    argMin(tuple("t2"."spend"), "t2"."day").1 AS "first_spend"
  FROM (
    SELECT
      "t1"."customer" AS "customer",
      "t1"."day" AS "day",
      SUM("t1"."amount") AS "spend"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        "t0"."day" <= toDate('2024-06-30')
    ) AS "t1"
    GROUP BY
      "t1"."customer",
      "t1"."day"
  ) AS "t2"
  GROUP BY
    "t2"."customer"
) AS "t3";

-- lifecycle
WITH "t8" AS (
  SELECT
    "t7"."customer" AS "customer",
    "t7"."quarter" AS "quarter",
    SUM("t7"."spend") AS "money"
  FROM (
    SELECT
      "t5"."customer" AS "customer",
      "t5"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM (
      SELECT
        "t4".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t3"."customer" AS "customer",
          "t3"."day" AS "day",
          "t3"."spend" AS "spend",
          "t3"."previous" AS "previous",
          CAST("t3"."place" AS Nullable(Int32)) AS "place",
          CAST("t3"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t3"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t2"."customer" AS "customer",
            "t2"."day" AS "day",
            "t2"."spend" AS "spend",
            lagInFrame("t2"."day", 1) OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t2"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM (
            SELECT
              "t1"."customer" AS "customer",
              "t1"."day" AS "day",
              SUM("t1"."amount") AS "spend"
            FROM (
              SELECT
                *
              FROM "orders" AS "t0"
              WHERE
                "t0"."day" <= toDate('2024-06-30')
            ) AS "t1"
            GROUP BY
              "t1"."customer",
              "t1"."day"
          ) AS "t2"
        ) AS "t3"
      ) AS "t4"
    ) AS "t5"
  ) AS "t7"
  GROUP BY
    "t7"."customer",
    "t7"."quarter"
)
SELECT
  "t23"."customer" AS "customer",
  "t23"."orders" AS "orders",
  "t23"."first_day" AS "first_day",
  "t23"."last_day" AS "last_day",
  CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END AS "gap2",
  "t23"."p90x10" AS "p90x10",
  "t23"."q0" AS "q0",
  "t23"."q1" AS "q1",
  "t23"."q2" AS "q2",
  "t23"."q3" AS "q3",
  "t23"."peak" AS "peak",
  "t23"."level" AS "level",
  "t23"."idle" AS "idle",
  "t23"."tenure" AS "tenure",
  "t23"."recent" AS "recent",
  "t23"."before" AS "before",
  CASE
    WHEN (
      (
        "t23"."idle" * 2
      ) > (
        CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 3
      )
    )
    AND (
      "t23"."idle" > 365
    )
    THEN 'lost'
    WHEN (
      (
        "t23"."before" > 0
      )
      AND (
        (
          (
            "t23"."recent" - "t23"."before"
          ) * 10
        ) < -(
          "t23"."before" * 1
        )
      )
    )
    OR (
      (
        "t23"."q0" < "t23"."q1"
      )
      AND (
        "t23"."q1" < "t23"."q2"
      )
      AND (
        (
          (
            "t23"."q2" - "t23"."q0"
          ) * 5
        ) > (
          "t23"."q2" * 1
        )
      )
    )
    OR (
      (
        "t23"."idle" * 2
      ) > (
        CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 2
      )
    )
    THEN 'decline'
    WHEN (
      "t23"."orders" < 3
    )
    OR (
      (
        (
          "t23"."tenure" * 2
        ) < (
          CASE WHEN "t23"."orders" < 3 THEN 91 ELSE "t23"."gap2" END * 3
        )
      )
      OR (
        "t23"."tenure" < 90
      )
    )
    THEN 'explore'
    WHEN NOT (
      "t23"."before" > 0
    )
    OR (
      (
        (
          "t23"."recent" - "t23"."before"
        ) * 10
      ) > (
        "t23"."before" * 1
      )
    )
    THEN 'build'
    WHEN (
      "t23"."tenure" >= 364
    )
    AND (
      (
        "t23"."level" * 5
      ) >= (
        "t23"."peak" * 4
      )
    )
    THEN 'stable'
    ELSE 'build'
  END AS "stage"
FROM (
  SELECT
    "t22"."customer" AS "customer",
    "t22"."orders" AS "orders",
    "t22"."first_day" AS "first_day",
    "t22"."last_day" AS "last_day",
    "t22"."gap2" AS "gap2",
    "t22"."p90x10" AS "p90x10",
    "t22"."q0" AS "q0",
    "t22"."q1" AS "q1",
    "t22"."q2" AS "q2",
    "t22"."q3" AS "q3",
    "t22"."peak" AS "peak",
    "t22"."level" AS "level",
    DATE_DIFF(DAY, "t22"."last_day", toDate('2024-06-30')) AS "idle",
    DATE_DIFF(DAY, "t22"."first_day", toDate('2024-06-30')) AS "tenure",
    "t22"."q0" + "t22"."q1" AS "recent",
    "t22"."q2" + "t22"."q3" AS "before"
  FROM (
    SELECT
      "t16"."customer" AS "customer",
      "t16"."orders" AS "orders",
      "t16"."first_day" AS "first_day",
      "t16"."last_day" AS "last_day",
      "t16"."gap2" AS "gap2",
      "t16"."p90x10" AS "p90x10",
      "t21"."q0" AS "q0",
      "t21"."q1" AS "q1",
      "t21"."q2" AS "q2",
      "t21"."q3" AS "q3",
      "t21"."peak" AS "peak",
      "t21"."level" AS "level"
    FROM (
      SELECT
        "t6"."customer" AS "customer",
        COUNT(*) AS "orders",
        MIN("t6"."day") AS "first_day",
        MAX("t6"."day") AS "last_day",
        SUM(
          CASE
            WHEN "t6"."gap" >= 0
            THEN CASE
              WHEN CASE
                WHEN (
                  (
                    "t6"."n" - 1
                  ) % 2
                ) = 1
                THEN (
                  "t6"."rank" * 2
                ) = (
                  (
                    "t6"."n" - 1
                  ) + 1
                )
                ELSE (
                  (
                    "t6"."rank" * 2
                  ) = (
                    "t6"."n" - 1
                  )
                )
                OR (
                  (
                    "t6"."rank" * 2
                  ) = (
                    (
                      "t6"."n" - 1
                    ) + 2
                  )
                )
              END
              THEN "t6"."gap" * CASE WHEN (
                (
                  "t6"."n" - 1
                ) % 2
              ) = 1 THEN 2 ELSE 1 END
              ELSE 0
            END
            ELSE 0
          END
        ) AS "gap2",
        SUM(
          CASE
            WHEN "t6"."gap" >= 0
            THEN CASE
              WHEN (
                (
                  (
                    "t6"."rank" - 1
                  ) * 10
                ) <= (
                  (
                    (
                      "t6"."n" - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      "t6"."n" - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    (
                      "t6"."rank" - 1
                    ) * 10
                  ) + 10
                )
              )
              THEN "t6"."gap" * (
                10 - (
                  (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
              )
              WHEN (
                (
                  (
                    (
                      "t6"."rank" - 1
                    ) * 10
                  ) - 10
                ) <= (
                  (
                    (
                      "t6"."n" - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      "t6"."n" - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    "t6"."rank" - 1
                  ) * 10
                )
              )
              THEN "t6"."gap" * (
                (
                  (
                    (
                      "t6"."n" - 1
                    ) - 1
                  ) * 9
                ) % 10
              )
              ELSE 0
            END
            ELSE 0
          END
        ) AS "p90x10"
      FROM (
        SELECT
          "t5"."customer" AS "customer",
          "t5"."day" AS "day",
          "t5"."spend" AS "spend",
          "t5"."place" AS "place",
          "t5"."n" AS "n",
          "t5"."gap" AS "gap",
          ROW_NUMBER() OVER (
            PARTITION BY "t5"."customer"
            ORDER BY "t5"."gap" ASC, "t5"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "rank"
        FROM (
          SELECT
            "t4".*
            EXCEPT ("previous")
          FROM (
            SELECT
              "t3"."customer" AS "customer",
              "t3"."day" AS "day",
              "t3"."spend" AS "spend",
              "t3"."previous" AS "previous",
              CAST("t3"."place" AS Nullable(Int32)) AS "place",
              CAST("t3"."n" AS Nullable(Int32)) AS "n",
              CAST(CASE
                WHEN "t3"."place" = 0
                THEN -1
                ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
              END AS Nullable(Int32)) AS "gap"
            FROM (
              SELECT
                "t2"."customer" AS "customer",
                "t2"."day" AS "day",
                "t2"."spend" AS "spend",
                lagInFrame("t2"."day", 1) OVER (
                  PARTITION BY "t2"."customer"
                  ORDER BY "t2"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "previous",
                ROW_NUMBER() OVER (
                  PARTITION BY "t2"."customer"
                  ORDER BY "t2"."day" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) - 1 AS "place",
                COUNT(*) OVER (
                  PARTITION BY "t2"."customer"
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS "n"
              FROM (
                SELECT
                  "t1"."customer" AS "customer",
                  "t1"."day" AS "day",
                  SUM("t1"."amount") AS "spend"
                FROM (
                  SELECT
                    *
                  FROM "orders" AS "t0"
                  WHERE
                    "t0"."day" <= toDate('2024-06-30')
                ) AS "t1"
                GROUP BY
                  "t1"."customer",
                  "t1"."day"
              ) AS "t2"
            ) AS "t3"
          ) AS "t4"
        ) AS "t5"
      ) AS "t6"
      GROUP BY
        "t6"."customer"
    ) AS "t16"
    INNER JOIN (
      SELECT
        "t15"."customer" AS "customer",
        "t15"."q0" AS "q0",
        "t15"."q1" AS "q1",
        "t15"."q2" AS "q2",
        "t15"."q3" AS "q3",
        "t19"."peak" AS "peak",
        "t15"."q0" + "t15"."q1" AS "level"
      FROM (
        SELECT
          "t9"."customer" AS "customer",
          SUM(CASE WHEN "t9"."quarter" = 0 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q0",
          SUM(CASE WHEN "t9"."quarter" = 1 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q1",
          SUM(CASE WHEN "t9"."quarter" = 2 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q2",
          SUM(CASE WHEN "t9"."quarter" = 3 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q3"
        FROM "t8" AS "t9"
        GROUP BY
          "t9"."customer"
      ) AS "t15"
      INNER JOIN (
        SELECT
          "t17"."customer" AS "customer",
          MAX("t17"."money") AS "peak"
        FROM (
          SELECT
            "t12"."customer" AS "customer",
            "t12"."pair" AS "pair",
            SUM("t12"."money") AS "money"
          FROM (
            SELECT
              *
            FROM (
              SELECT
                "t9"."customer" AS "customer",
                "t9"."money" AS "money",
                "t9"."quarter" AS "pair"
              FROM "t8" AS "t9"
            ) AS "t10"
            UNION ALL
            SELECT
              *
            FROM (
              SELECT
                "t9"."customer" AS "customer",
                "t9"."money" AS "money",
                "t9"."quarter" - 1 AS "pair"
              FROM "t8" AS "t9"
              WHERE
                "t9"."quarter" > 0
            ) AS "t11"
          ) AS "t12"
          GROUP BY
            "t12"."customer",
            "t12"."pair"
        ) AS "t17"
        GROUP BY
          "t17"."customer"
      ) AS "t19"
        ON "t15"."customer" = "t19"."customer"
    ) AS "t21"
      ON "t16"."customer" = "t21"."customer"
  ) AS "t22"
) AS "t23";

-- lifecycle_typical_gap
WITH "t8" AS (
  SELECT
    "t7"."customer" AS "customer",
    "t7"."quarter" AS "quarter",
    SUM("t7"."spend") AS "money"
  FROM (
    SELECT
      "t5"."customer" AS "customer",
      "t5"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t5"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM (
      SELECT
        "t4".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t3"."customer" AS "customer",
          "t3"."day" AS "day",
          "t3"."spend" AS "spend",
          "t3"."previous" AS "previous",
          CAST("t3"."place" AS Nullable(Int32)) AS "place",
          CAST("t3"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t3"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t2"."customer" AS "customer",
            "t2"."day" AS "day",
            "t2"."spend" AS "spend",
            lagInFrame("t2"."day", 1) OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t2"."customer"
              ORDER BY "t2"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t2"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM (
            SELECT
              "t1"."customer" AS "customer",
              "t1"."day" AS "day",
              SUM("t1"."amount") AS "spend"
            FROM (
              SELECT
                *
              FROM "orders" AS "t0"
              WHERE
                "t0"."day" <= toDate('2024-06-30')
            ) AS "t1"
            GROUP BY
              "t1"."customer",
              "t1"."day"
          ) AS "t2"
        ) AS "t3"
      ) AS "t4"
    ) AS "t5"
  ) AS "t7"
  GROUP BY
    "t7"."customer",
    "t7"."quarter"
)
SELECT
  minIf("t24"."gap2", (
    "t24"."rank" * 2
  ) >= "t24"."n") AS "gap2"
FROM (
  SELECT
    "t23"."gap2" AS "gap2",
    (
      ROW_NUMBER() OVER (
        ORDER BY "t23"."gap2" ASC, "t23"."customer" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) + 1 AS "rank",
    COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "n"
  FROM (
    SELECT
      "t22"."customer" AS "customer",
      "t22"."orders" AS "orders",
      "t22"."first_day" AS "first_day",
      "t22"."last_day" AS "last_day",
      "t22"."gap2" AS "gap2",
      "t22"."p90x10" AS "p90x10",
      "t22"."q0" AS "q0",
      "t22"."q1" AS "q1",
      "t22"."q2" AS "q2",
      "t22"."q3" AS "q3",
      "t22"."peak" AS "peak",
      "t22"."level" AS "level",
      DATE_DIFF(DAY, "t22"."last_day", toDate('2024-06-30')) AS "idle",
      DATE_DIFF(DAY, "t22"."first_day", toDate('2024-06-30')) AS "tenure",
      "t22"."q0" + "t22"."q1" AS "recent",
      "t22"."q2" + "t22"."q3" AS "before"
    FROM (
      SELECT
        "t16"."customer" AS "customer",
        "t16"."orders" AS "orders",
        "t16"."first_day" AS "first_day",
        "t16"."last_day" AS "last_day",
        "t16"."gap2" AS "gap2",
        "t16"."p90x10" AS "p90x10",
        "t21"."q0" AS "q0",
        "t21"."q1" AS "q1",
        "t21"."q2" AS "q2",
        "t21"."q3" AS "q3",
        "t21"."peak" AS "peak",
        "t21"."level" AS "level"
      FROM (
        SELECT
          "t6"."customer" AS "customer",
          COUNT(*) AS "orders",
          MIN("t6"."day") AS "first_day",
          MAX("t6"."day") AS "last_day",
          SUM(
            CASE
              WHEN "t6"."gap" >= 0
              THEN CASE
                WHEN CASE
                  WHEN (
                    (
                      "t6"."n" - 1
                    ) % 2
                  ) = 1
                  THEN (
                    "t6"."rank" * 2
                  ) = (
                    (
                      "t6"."n" - 1
                    ) + 1
                  )
                  ELSE (
                    (
                      "t6"."rank" * 2
                    ) = (
                      "t6"."n" - 1
                    )
                  )
                  OR (
                    (
                      "t6"."rank" * 2
                    ) = (
                      (
                        "t6"."n" - 1
                      ) + 2
                    )
                  )
                END
                THEN "t6"."gap" * CASE WHEN (
                  (
                    "t6"."n" - 1
                  ) % 2
                ) = 1 THEN 2 ELSE 1 END
                ELSE 0
              END
              ELSE 0
            END
          ) AS "gap2",
          SUM(
            CASE
              WHEN "t6"."gap" >= 0
              THEN CASE
                WHEN (
                  (
                    (
                      "t6"."rank" - 1
                    ) * 10
                  ) <= (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      (
                        "t6"."rank" - 1
                      ) * 10
                    ) + 10
                  )
                )
                THEN "t6"."gap" * (
                  10 - (
                    (
                      (
                        (
                          "t6"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                )
                WHEN (
                  (
                    (
                      (
                        "t6"."rank" - 1
                      ) * 10
                    ) - 10
                  ) <= (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      "t6"."rank" - 1
                    ) * 10
                  )
                )
                THEN "t6"."gap" * (
                  (
                    (
                      (
                        "t6"."n" - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
                ELSE 0
              END
              ELSE 0
            END
          ) AS "p90x10"
        FROM (
          SELECT
            "t5"."customer" AS "customer",
            "t5"."day" AS "day",
            "t5"."spend" AS "spend",
            "t5"."place" AS "place",
            "t5"."n" AS "n",
            "t5"."gap" AS "gap",
            ROW_NUMBER() OVER (
              PARTITION BY "t5"."customer"
              ORDER BY "t5"."gap" ASC, "t5"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM (
            SELECT
              "t4".*
              EXCEPT ("previous")
            FROM (
              SELECT
                "t3"."customer" AS "customer",
                "t3"."day" AS "day",
                "t3"."spend" AS "spend",
                "t3"."previous" AS "previous",
                CAST("t3"."place" AS Nullable(Int32)) AS "place",
                CAST("t3"."n" AS Nullable(Int32)) AS "n",
                CAST(CASE
                  WHEN "t3"."place" = 0
                  THEN -1
                  ELSE DATE_DIFF(DAY, "t3"."previous", "t3"."day")
                END AS Nullable(Int32)) AS "gap"
              FROM (
                SELECT
                  "t2"."customer" AS "customer",
                  "t2"."day" AS "day",
                  "t2"."spend" AS "spend",
                  lagInFrame("t2"."day", 1) OVER (
                    PARTITION BY "t2"."customer"
                    ORDER BY "t2"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS "previous",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t2"."customer"
                    ORDER BY "t2"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "place",
                  COUNT(*) OVER (
                    PARTITION BY "t2"."customer"
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS "n"
                FROM (
                  SELECT
                    "t1"."customer" AS "customer",
                    "t1"."day" AS "day",
                    SUM("t1"."amount") AS "spend"
                  FROM (
                    SELECT
                      *
                    FROM "orders" AS "t0"
                    WHERE
                      "t0"."day" <= toDate('2024-06-30')
                  ) AS "t1"
                  GROUP BY
                    "t1"."customer",
                    "t1"."day"
                ) AS "t2"
              ) AS "t3"
            ) AS "t4"
          ) AS "t5"
        ) AS "t6"
        GROUP BY
          "t6"."customer"
      ) AS "t16"
      INNER JOIN (
        SELECT
          "t15"."customer" AS "customer",
          "t15"."q0" AS "q0",
          "t15"."q1" AS "q1",
          "t15"."q2" AS "q2",
          "t15"."q3" AS "q3",
          "t19"."peak" AS "peak",
          "t15"."q0" + "t15"."q1" AS "level"
        FROM (
          SELECT
            "t9"."customer" AS "customer",
            SUM(CASE WHEN "t9"."quarter" = 0 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q0",
            SUM(CASE WHEN "t9"."quarter" = 1 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q1",
            SUM(CASE WHEN "t9"."quarter" = 2 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q2",
            SUM(CASE WHEN "t9"."quarter" = 3 THEN "t9"."money" ELSE "t9"."money" * 0 END) AS "q3"
          FROM "t8" AS "t9"
          GROUP BY
            "t9"."customer"
        ) AS "t15"
        INNER JOIN (
          SELECT
            "t17"."customer" AS "customer",
            MAX("t17"."money") AS "peak"
          FROM (
            SELECT
              "t12"."customer" AS "customer",
              "t12"."pair" AS "pair",
              SUM("t12"."money") AS "money"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t9"."customer" AS "customer",
                  "t9"."money" AS "money",
                  "t9"."quarter" AS "pair"
                FROM "t8" AS "t9"
              ) AS "t10"
              UNION ALL
              SELECT
                *
              FROM (
                SELECT
                  "t9"."customer" AS "customer",
                  "t9"."money" AS "money",
                  "t9"."quarter" - 1 AS "pair"
                FROM "t8" AS "t9"
                WHERE
                  "t9"."quarter" > 0
              ) AS "t11"
            ) AS "t12"
            GROUP BY
              "t12"."customer",
              "t12"."pair"
          ) AS "t17"
          GROUP BY
            "t17"."customer"
        ) AS "t19"
          ON "t15"."customer" = "t19"."customer"
      ) AS "t21"
        ON "t16"."customer" = "t21"."customer"
    ) AS "t22"
    WHERE
      "t22"."orders" >= 3
  ) AS "t23"
) AS "t24";

-- loss_patterns
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
), "t12" AS (
  SELECT
    "t11"."customer" AS "customer",
    "t11"."clock" AS "clock",
    "t11"."quarter" AS "quarter",
    SUM("t11"."spend") AS "money"
  FROM (
    SELECT
      "t9"."customer" AS "customer",
      "t9"."clock" AS "clock",
      "t9"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t9"."day", "t9"."clock") - (
          DATE_DIFF(DAY, "t9"."day", "t9"."clock") % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM (
      SELECT
        "t8".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t7"."customer" AS "customer",
          "t7"."day" AS "day",
          "t7"."spend" AS "spend",
          "t7"."clock" AS "clock",
          "t7"."previous" AS "previous",
          CAST("t7"."place" AS Nullable(Int32)) AS "place",
          CAST("t7"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t7"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t7"."previous", "t7"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t6"."customer" AS "customer",
            "t6"."day" AS "day",
            "t6"."spend" AS "spend",
            "t6"."clock" AS "clock",
            lagInFrame("t6"."day", 1) OVER (
              PARTITION BY "t6"."customer", "t6"."clock"
              ORDER BY "t6"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t6"."customer", "t6"."clock"
              ORDER BY "t6"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t6"."customer", "t6"."clock"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM (
            SELECT
              *
            FROM (
              SELECT
                "t3"."customer" AS "customer",
                "t3"."day" AS "day",
                "t3"."spend" AS "spend",
                toDate('2024-06-30') AS "clock"
              FROM "t2" AS "t3"
              WHERE
                "t3"."day" <= toDate('2024-06-30')
            ) AS "t4"
            UNION ALL
            SELECT
              *
            FROM (
              SELECT
                "t3"."customer" AS "customer",
                "t3"."day" AS "day",
                "t3"."spend" AS "spend",
                toDate('2023-06-30') AS "clock"
              FROM "t2" AS "t3"
              WHERE
                "t3"."day" <= toDate('2023-06-30')
            ) AS "t5"
          ) AS "t6"
        ) AS "t7"
      ) AS "t8"
    ) AS "t9"
  ) AS "t11"
  GROUP BY
    "t11"."customer",
    "t11"."clock",
    "t11"."quarter"
)
SELECT
  "t29"."customer" AS "customer",
  "t29"."quarters_built" AS "quarters_built",
  "t29"."quarters_stable" AS "quarters_stable",
  CASE
    WHEN "t29"."quarters_stable" >= 4
    THEN 'kept_long'
    WHEN "t29"."quarters_stable" > 0
    THEN 'early_leave'
    WHEN "t29"."quarters_built" > 0
    THEN 'cut_short'
    ELSE 'early_abort'
  END AS "pattern"
FROM (
  SELECT
    "t28"."customer" AS "customer",
    SUM(CASE WHEN "t28"."stage" = 'build' THEN 1 ELSE 0 END) AS "quarters_built",
    SUM(CASE WHEN "t28"."stage" = 'stable' THEN 1 ELSE 0 END) AS "quarters_stable"
  FROM (
    SELECT
      "t27"."customer" AS "customer",
      "t27"."clock" AS "clock",
      "t27"."orders" AS "orders",
      "t27"."first_day" AS "first_day",
      "t27"."last_day" AS "last_day",
      CASE WHEN "t27"."orders" < 3 THEN 91 ELSE "t27"."gap2" END AS "gap2",
      "t27"."p90x10" AS "p90x10",
      "t27"."q0" AS "q0",
      "t27"."q1" AS "q1",
      "t27"."q2" AS "q2",
      "t27"."q3" AS "q3",
      "t27"."peak" AS "peak",
      "t27"."level" AS "level",
      "t27"."idle" AS "idle",
      "t27"."tenure" AS "tenure",
      "t27"."recent" AS "recent",
      "t27"."before" AS "before",
      CASE
        WHEN (
          (
            "t27"."idle" * 2
          ) > (
            CASE WHEN "t27"."orders" < 3 THEN 91 ELSE "t27"."gap2" END * 3
          )
        )
        AND (
          "t27"."idle" > 365
        )
        THEN 'lost'
        WHEN (
          (
            "t27"."before" > 0
          )
          AND (
            (
              (
                "t27"."recent" - "t27"."before"
              ) * 10
            ) < -(
              "t27"."before" * 1
            )
          )
        )
        OR (
          (
            "t27"."q0" < "t27"."q1"
          )
          AND (
            "t27"."q1" < "t27"."q2"
          )
          AND (
            (
              (
                "t27"."q2" - "t27"."q0"
              ) * 5
            ) > (
              "t27"."q2" * 1
            )
          )
        )
        OR (
          (
            "t27"."idle" * 2
          ) > (
            CASE WHEN "t27"."orders" < 3 THEN 91 ELSE "t27"."gap2" END * 2
          )
        )
        THEN 'decline'
        WHEN (
          "t27"."orders" < 3
        )
        OR (
          (
            (
              "t27"."tenure" * 2
            ) < (
              CASE WHEN "t27"."orders" < 3 THEN 91 ELSE "t27"."gap2" END * 3
            )
          )
          OR (
            "t27"."tenure" < 90
          )
        )
        THEN 'explore'
        WHEN NOT (
          "t27"."before" > 0
        )
        OR (
          (
            (
              "t27"."recent" - "t27"."before"
            ) * 10
          ) > (
            "t27"."before" * 1
          )
        )
        THEN 'build'
        WHEN (
          "t27"."tenure" >= 364
        )
        AND (
          (
            "t27"."level" * 5
          ) >= (
            "t27"."peak" * 4
          )
        )
        THEN 'stable'
        ELSE 'build'
      END AS "stage"
    FROM (
      SELECT
        "t26"."customer" AS "customer",
        "t26"."clock" AS "clock",
        "t26"."orders" AS "orders",
        "t26"."first_day" AS "first_day",
        "t26"."last_day" AS "last_day",
        "t26"."gap2" AS "gap2",
        "t26"."p90x10" AS "p90x10",
        "t26"."q0" AS "q0",
        "t26"."q1" AS "q1",
        "t26"."q2" AS "q2",
        "t26"."q3" AS "q3",
        "t26"."peak" AS "peak",
        "t26"."level" AS "level",
        DATE_DIFF(DAY, "t26"."last_day", "t26"."clock") AS "idle",
        DATE_DIFF(DAY, "t26"."first_day", "t26"."clock") AS "tenure",
        "t26"."q0" + "t26"."q1" AS "recent",
        "t26"."q2" + "t26"."q3" AS "before"
      FROM (
        SELECT
          "t20"."customer" AS "customer",
          "t20"."clock" AS "clock",
          "t20"."orders" AS "orders",
          "t20"."first_day" AS "first_day",
          "t20"."last_day" AS "last_day",
          "t20"."gap2" AS "gap2",
          "t20"."p90x10" AS "p90x10",
          "t25"."q0" AS "q0",
          "t25"."q1" AS "q1",
          "t25"."q2" AS "q2",
          "t25"."q3" AS "q3",
          "t25"."peak" AS "peak",
          "t25"."level" AS "level"
        FROM (
          SELECT
            "t10"."customer" AS "customer",
            "t10"."clock" AS "clock",
            COUNT(*) AS "orders",
            MIN("t10"."day") AS "first_day",
            MAX("t10"."day") AS "last_day",
            SUM(
              CASE
                WHEN "t10"."gap" >= 0
                THEN CASE
                  WHEN CASE
                    WHEN (
                      (
                        "t10"."n" - 1
                      ) % 2
                    ) = 1
                    THEN (
                      "t10"."rank" * 2
                    ) = (
                      (
                        "t10"."n" - 1
                      ) + 1
                    )
                    ELSE (
                      (
                        "t10"."rank" * 2
                      ) = (
                        "t10"."n" - 1
                      )
                    )
                    OR (
                      (
                        "t10"."rank" * 2
                      ) = (
                        (
                          "t10"."n" - 1
                        ) + 2
                      )
                    )
                  END
                  THEN "t10"."gap" * CASE WHEN (
                    (
                      "t10"."n" - 1
                    ) % 2
                  ) = 1 THEN 2 ELSE 1 END
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "gap2",
            SUM(
              CASE
                WHEN "t10"."gap" >= 0
                THEN CASE
                  WHEN (
                    (
                      (
                        "t10"."rank" - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          "t10"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t10"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          "t10"."rank" - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN "t10"."gap" * (
                    10 - (
                      (
                        (
                          (
                            "t10"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          "t10"."rank" - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          "t10"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t10"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        "t10"."rank" - 1
                      ) * 10
                    )
                  )
                  THEN "t10"."gap" * (
                    (
                      (
                        (
                          "t10"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "p90x10"
          FROM (
            SELECT
              "t9"."customer" AS "customer",
              "t9"."day" AS "day",
              "t9"."spend" AS "spend",
              "t9"."clock" AS "clock",
              "t9"."place" AS "place",
              "t9"."n" AS "n",
              "t9"."gap" AS "gap",
              ROW_NUMBER() OVER (
                PARTITION BY "t9"."customer", "t9"."clock"
                ORDER BY "t9"."gap" ASC, "t9"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "rank"
            FROM (
              SELECT
                "t8".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t7"."customer" AS "customer",
                  "t7"."day" AS "day",
                  "t7"."spend" AS "spend",
                  "t7"."clock" AS "clock",
                  "t7"."previous" AS "previous",
                  CAST("t7"."place" AS Nullable(Int32)) AS "place",
                  CAST("t7"."n" AS Nullable(Int32)) AS "n",
                  CAST(CASE
                    WHEN "t7"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t7"."previous", "t7"."day")
                  END AS Nullable(Int32)) AS "gap"
                FROM (
                  SELECT
                    "t6"."customer" AS "customer",
                    "t6"."day" AS "day",
                    "t6"."spend" AS "spend",
                    "t6"."clock" AS "clock",
                    lagInFrame("t6"."day", 1) OVER (
                      PARTITION BY "t6"."customer", "t6"."clock"
                      ORDER BY "t6"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t6"."customer", "t6"."clock"
                      ORDER BY "t6"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t6"."customer", "t6"."clock"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM (
                    SELECT
                      *
                    FROM (
                      SELECT
                        "t3"."customer" AS "customer",
                        "t3"."day" AS "day",
                        "t3"."spend" AS "spend",
                        toDate('2024-06-30') AS "clock"
                      FROM "t2" AS "t3"
                      WHERE
                        "t3"."day" <= toDate('2024-06-30')
                    ) AS "t4"
                    UNION ALL
                    SELECT
                      *
                    FROM (
                      SELECT
                        "t3"."customer" AS "customer",
                        "t3"."day" AS "day",
                        "t3"."spend" AS "spend",
                        toDate('2023-06-30') AS "clock"
                      FROM "t2" AS "t3"
                      WHERE
                        "t3"."day" <= toDate('2023-06-30')
                    ) AS "t5"
                  ) AS "t6"
                ) AS "t7"
              ) AS "t8"
            ) AS "t9"
          ) AS "t10"
          GROUP BY
            "t10"."customer",
            "t10"."clock"
        ) AS "t20"
        INNER JOIN (
          SELECT
            "t19"."customer" AS "customer",
            "t19"."clock" AS "clock",
            "t19"."q0" AS "q0",
            "t19"."q1" AS "q1",
            "t19"."q2" AS "q2",
            "t19"."q3" AS "q3",
            "t23"."peak" AS "peak",
            "t19"."q0" + "t19"."q1" AS "level"
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."clock" AS "clock",
              SUM(CASE WHEN "t13"."quarter" = 0 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t13"."quarter" = 1 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t13"."quarter" = 2 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t13"."quarter" = 3 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q3"
            FROM "t12" AS "t13"
            GROUP BY
              "t13"."customer",
              "t13"."clock"
          ) AS "t19"
          INNER JOIN (
            SELECT
              "t21"."customer" AS "customer",
              "t21"."clock" AS "clock",
              MAX("t21"."money") AS "peak"
            FROM (
              SELECT
                "t16"."customer" AS "customer",
                "t16"."clock" AS "clock",
                "t16"."pair" AS "pair",
                SUM("t16"."money") AS "money"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."customer" AS "customer",
                    "t13"."clock" AS "clock",
                    "t13"."money" AS "money",
                    "t13"."quarter" AS "pair"
                  FROM "t12" AS "t13"
                ) AS "t14"
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."customer" AS "customer",
                    "t13"."clock" AS "clock",
                    "t13"."money" AS "money",
                    "t13"."quarter" - 1 AS "pair"
                  FROM "t12" AS "t13"
                  WHERE
                    "t13"."quarter" > 0
                ) AS "t15"
              ) AS "t16"
              GROUP BY
                "t16"."customer",
                "t16"."clock",
                "t16"."pair"
            ) AS "t21"
            GROUP BY
              "t21"."customer",
              "t21"."clock"
          ) AS "t23"
            ON "t19"."customer" = "t23"."customer" AND "t19"."clock" = "t23"."clock"
        ) AS "t25"
          ON "t20"."customer" = "t25"."customer" AND "t20"."clock" = "t25"."clock"
      ) AS "t26"
    ) AS "t27"
  ) AS "t28"
  GROUP BY
    "t28"."customer"
) AS "t29";

-- value_at_stake
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
), "t10" AS (
  SELECT
    "t9"."customer" AS "customer",
    "t9"."quarter" AS "quarter",
    SUM("t9"."spend") AS "money"
  FROM (
    SELECT
      "t7"."customer" AS "customer",
      "t7"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM (
      SELECT
        "t6".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t5"."customer" AS "customer",
          "t5"."day" AS "day",
          "t5"."spend" AS "spend",
          "t5"."previous" AS "previous",
          CAST("t5"."place" AS Nullable(Int32)) AS "place",
          CAST("t5"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t5"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t3"."customer" AS "customer",
            "t3"."day" AS "day",
            "t3"."spend" AS "spend",
            lagInFrame("t3"."day", 1) OVER (
              PARTITION BY "t3"."customer"
              ORDER BY "t3"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t3"."customer"
              ORDER BY "t3"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t3"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM "t2" AS "t3"
        ) AS "t5"
      ) AS "t6"
    ) AS "t7"
  ) AS "t9"
  GROUP BY
    "t9"."customer",
    "t9"."quarter"
)
SELECT
  "t28"."customer" AS "customer",
  SUM("t28"."spend") AS "year"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t4"."customer" AS "customer",
      "t4"."day" AS "day",
      "t4"."spend" AS "spend",
      "t26"."last_day" AS "last_day"
    FROM "t2" AS "t4"
    INNER JOIN (
      SELECT
        "t24"."customer" AS "customer",
        "t24"."last_day" AS "last_day"
      FROM (
        SELECT
          "t18"."customer" AS "customer",
          "t18"."orders" AS "orders",
          "t18"."first_day" AS "first_day",
          "t18"."last_day" AS "last_day",
          "t18"."gap2" AS "gap2",
          "t18"."p90x10" AS "p90x10",
          "t23"."q0" AS "q0",
          "t23"."q1" AS "q1",
          "t23"."q2" AS "q2",
          "t23"."q3" AS "q3",
          "t23"."peak" AS "peak",
          "t23"."level" AS "level"
        FROM (
          SELECT
            "t8"."customer" AS "customer",
            COUNT(*) AS "orders",
            MIN("t8"."day") AS "first_day",
            MAX("t8"."day") AS "last_day",
            SUM(
              CASE
                WHEN "t8"."gap" >= 0
                THEN CASE
                  WHEN CASE
                    WHEN (
                      (
                        "t8"."n" - 1
                      ) % 2
                    ) = 1
                    THEN (
                      "t8"."rank" * 2
                    ) = (
                      (
                        "t8"."n" - 1
                      ) + 1
                    )
                    ELSE (
                      (
                        "t8"."rank" * 2
                      ) = (
                        "t8"."n" - 1
                      )
                    )
                    OR (
                      (
                        "t8"."rank" * 2
                      ) = (
                        (
                          "t8"."n" - 1
                        ) + 2
                      )
                    )
                  END
                  THEN "t8"."gap" * CASE WHEN (
                    (
                      "t8"."n" - 1
                    ) % 2
                  ) = 1 THEN 2 ELSE 1 END
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "gap2",
            SUM(
              CASE
                WHEN "t8"."gap" >= 0
                THEN CASE
                  WHEN (
                    (
                      (
                        "t8"."rank" - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          "t8"."rank" - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN "t8"."gap" * (
                    10 - (
                      (
                        (
                          (
                            "t8"."n" - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          "t8"."rank" - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        "t8"."rank" - 1
                      ) * 10
                    )
                  )
                  THEN "t8"."gap" * (
                    (
                      (
                        (
                          "t8"."n" - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END
                ELSE 0
              END
            ) AS "p90x10"
          FROM (
            SELECT
              "t7"."customer" AS "customer",
              "t7"."day" AS "day",
              "t7"."spend" AS "spend",
              "t7"."place" AS "place",
              "t7"."n" AS "n",
              "t7"."gap" AS "gap",
              ROW_NUMBER() OVER (
                PARTITION BY "t7"."customer"
                ORDER BY "t7"."gap" ASC, "t7"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "rank"
            FROM (
              SELECT
                "t6".*
                EXCEPT ("previous")
              FROM (
                SELECT
                  "t5"."customer" AS "customer",
                  "t5"."day" AS "day",
                  "t5"."spend" AS "spend",
                  "t5"."previous" AS "previous",
                  CAST("t5"."place" AS Nullable(Int32)) AS "place",
                  CAST("t5"."n" AS Nullable(Int32)) AS "n",
                  CAST(CASE
                    WHEN "t5"."place" = 0
                    THEN -1
                    ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
                  END AS Nullable(Int32)) AS "gap"
                FROM (
                  SELECT
                    "t3"."customer" AS "customer",
                    "t3"."day" AS "day",
                    "t3"."spend" AS "spend",
                    lagInFrame("t3"."day", 1) OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "previous",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t3"."customer"
                      ORDER BY "t3"."day" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place",
                    COUNT(*) OVER (
                      PARTITION BY "t3"."customer"
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS "n"
                  FROM "t2" AS "t3"
                ) AS "t5"
              ) AS "t6"
            ) AS "t7"
          ) AS "t8"
          GROUP BY
            "t8"."customer"
        ) AS "t18"
        INNER JOIN (
          SELECT
            "t17"."customer" AS "customer",
            "t17"."q0" AS "q0",
            "t17"."q1" AS "q1",
            "t17"."q2" AS "q2",
            "t17"."q3" AS "q3",
            "t21"."peak" AS "peak",
            "t17"."q0" + "t17"."q1" AS "level"
          FROM (
            SELECT
              "t11"."customer" AS "customer",
              SUM(CASE WHEN "t11"."quarter" = 0 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q0",
              SUM(CASE WHEN "t11"."quarter" = 1 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q1",
              SUM(CASE WHEN "t11"."quarter" = 2 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q2",
              SUM(CASE WHEN "t11"."quarter" = 3 THEN "t11"."money" ELSE "t11"."money" * 0 END) AS "q3"
            FROM "t10" AS "t11"
            GROUP BY
              "t11"."customer"
          ) AS "t17"
          INNER JOIN (
            SELECT
              "t19"."customer" AS "customer",
              MAX("t19"."money") AS "peak"
            FROM (
              SELECT
                "t14"."customer" AS "customer",
                "t14"."pair" AS "pair",
                SUM("t14"."money") AS "money"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t11"."customer" AS "customer",
                    "t11"."money" AS "money",
                    "t11"."quarter" AS "pair"
                  FROM "t10" AS "t11"
                ) AS "t12"
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    "t11"."customer" AS "customer",
                    "t11"."money" AS "money",
                    "t11"."quarter" - 1 AS "pair"
                  FROM "t10" AS "t11"
                  WHERE
                    "t11"."quarter" > 0
                ) AS "t13"
              ) AS "t14"
              GROUP BY
                "t14"."customer",
                "t14"."pair"
            ) AS "t19"
            GROUP BY
              "t19"."customer"
          ) AS "t21"
            ON "t17"."customer" = "t21"."customer"
        ) AS "t23"
          ON "t18"."customer" = "t23"."customer"
      ) AS "t24"
    ) AS "t26"
      ON "t4"."customer" = "t26"."customer"
  ) AS "t27"
  WHERE
    DATE_DIFF(DAY, "t27"."day", "t27"."last_day") < 365
) AS "t28"
GROUP BY
  "t28"."customer";

-- thinning_out
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."day" AS "day",
    SUM("t1"."amount") AS "spend"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."day"
), "t11" AS (
  SELECT
    "t10"."customer" AS "customer",
    "t10"."quarter" AS "quarter",
    SUM("t10"."spend") AS "money"
  FROM (
    SELECT
      "t7"."customer" AS "customer",
      "t7"."spend" AS "spend",
      CAST((
        DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) - (
          DATE_DIFF(DAY, "t7"."day", toDate('2024-06-30')) % 91
        )
      ) / 91 AS Nullable(Int64)) AS "quarter"
    FROM (
      SELECT
        "t6".*
        EXCEPT ("previous")
      FROM (
        SELECT
          "t5"."customer" AS "customer",
          "t5"."day" AS "day",
          "t5"."spend" AS "spend",
          "t5"."previous" AS "previous",
          CAST("t5"."place" AS Nullable(Int32)) AS "place",
          CAST("t5"."n" AS Nullable(Int32)) AS "n",
          CAST(CASE
            WHEN "t5"."place" = 0
            THEN -1
            ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
          END AS Nullable(Int32)) AS "gap"
        FROM (
          SELECT
            "t3"."customer" AS "customer",
            "t3"."day" AS "day",
            "t3"."spend" AS "spend",
            lagInFrame("t3"."day", 1) OVER (
              PARTITION BY "t3"."customer"
              ORDER BY "t3"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "previous",
            ROW_NUMBER() OVER (
              PARTITION BY "t3"."customer"
              ORDER BY "t3"."day" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "place",
            COUNT(*) OVER (
              PARTITION BY "t3"."customer"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS "n"
          FROM "t2" AS "t3"
        ) AS "t5"
      ) AS "t6"
    ) AS "t7"
  ) AS "t10"
  GROUP BY
    "t10"."customer",
    "t10"."quarter"
), "t28" AS (
  SELECT
    "t20"."customer" AS "customer",
    "t20"."orders" AS "orders",
    "t20"."first_day" AS "first_day",
    "t20"."last_day" AS "last_day",
    "t20"."gap2" AS "gap2",
    "t20"."p90x10" AS "p90x10",
    "t27"."q0" AS "q0",
    "t27"."q1" AS "q1",
    "t27"."q2" AS "q2",
    "t27"."q3" AS "q3",
    "t27"."peak" AS "peak",
    "t27"."level" AS "level"
  FROM (
    SELECT
      "t9"."customer" AS "customer",
      COUNT(*) AS "orders",
      MIN("t9"."day") AS "first_day",
      MAX("t9"."day") AS "last_day",
      SUM(
        CASE
          WHEN "t9"."gap" >= 0
          THEN CASE
            WHEN CASE
              WHEN (
                (
                  "t9"."n" - 1
                ) % 2
              ) = 1
              THEN (
                "t9"."rank" * 2
              ) = (
                (
                  "t9"."n" - 1
                ) + 1
              )
              ELSE (
                (
                  "t9"."rank" * 2
                ) = (
                  "t9"."n" - 1
                )
              )
              OR (
                (
                  "t9"."rank" * 2
                ) = (
                  (
                    "t9"."n" - 1
                  ) + 2
                )
              )
            END
            THEN "t9"."gap" * CASE WHEN (
              (
                "t9"."n" - 1
              ) % 2
            ) = 1 THEN 2 ELSE 1 END
            ELSE 0
          END
          ELSE 0
        END
      ) AS "gap2",
      SUM(
        CASE
          WHEN "t9"."gap" >= 0
          THEN CASE
            WHEN (
              (
                (
                  "t9"."rank" - 1
                ) * 10
              ) <= (
                (
                  (
                    "t9"."n" - 1
                  ) - 1
                ) * 9
              )
            )
            AND (
              (
                (
                  (
                    "t9"."n" - 1
                  ) - 1
                ) * 9
              ) < (
                (
                  (
                    "t9"."rank" - 1
                  ) * 10
                ) + 10
              )
            )
            THEN "t9"."gap" * (
              10 - (
                (
                  (
                    (
                      "t9"."n" - 1
                    ) - 1
                  ) * 9
                ) % 10
              )
            )
            WHEN (
              (
                (
                  (
                    "t9"."rank" - 1
                  ) * 10
                ) - 10
              ) <= (
                (
                  (
                    "t9"."n" - 1
                  ) - 1
                ) * 9
              )
            )
            AND (
              (
                (
                  (
                    "t9"."n" - 1
                  ) - 1
                ) * 9
              ) < (
                (
                  "t9"."rank" - 1
                ) * 10
              )
            )
            THEN "t9"."gap" * (
              (
                (
                  (
                    "t9"."n" - 1
                  ) - 1
                ) * 9
              ) % 10
            )
            ELSE 0
          END
          ELSE 0
        END
      ) AS "p90x10"
    FROM (
      SELECT
        "t7"."customer" AS "customer",
        "t7"."day" AS "day",
        "t7"."spend" AS "spend",
        "t7"."place" AS "place",
        "t7"."n" AS "n",
        "t7"."gap" AS "gap",
        ROW_NUMBER() OVER (
          PARTITION BY "t7"."customer"
          ORDER BY "t7"."gap" ASC, "t7"."day" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1 AS "rank"
      FROM (
        SELECT
          "t6".*
          EXCEPT ("previous")
        FROM (
          SELECT
            "t5"."customer" AS "customer",
            "t5"."day" AS "day",
            "t5"."spend" AS "spend",
            "t5"."previous" AS "previous",
            CAST("t5"."place" AS Nullable(Int32)) AS "place",
            CAST("t5"."n" AS Nullable(Int32)) AS "n",
            CAST(CASE
              WHEN "t5"."place" = 0
              THEN -1
              ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
            END AS Nullable(Int32)) AS "gap"
          FROM (
            SELECT
              "t3"."customer" AS "customer",
              "t3"."day" AS "day",
              "t3"."spend" AS "spend",
              lagInFrame("t3"."day", 1) OVER (
                PARTITION BY "t3"."customer"
                ORDER BY "t3"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "previous",
              ROW_NUMBER() OVER (
                PARTITION BY "t3"."customer"
                ORDER BY "t3"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "place",
              COUNT(*) OVER (
                PARTITION BY "t3"."customer"
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "n"
            FROM "t2" AS "t3"
          ) AS "t5"
        ) AS "t6"
      ) AS "t7"
    ) AS "t9"
    GROUP BY
      "t9"."customer"
  ) AS "t20"
  INNER JOIN (
    SELECT
      "t19"."customer" AS "customer",
      "t19"."q0" AS "q0",
      "t19"."q1" AS "q1",
      "t19"."q2" AS "q2",
      "t19"."q3" AS "q3",
      "t25"."peak" AS "peak",
      "t19"."q0" + "t19"."q1" AS "level"
    FROM (
      SELECT
        "t13"."customer" AS "customer",
        SUM(CASE WHEN "t13"."quarter" = 0 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q0",
        SUM(CASE WHEN "t13"."quarter" = 1 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q1",
        SUM(CASE WHEN "t13"."quarter" = 2 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q2",
        SUM(CASE WHEN "t13"."quarter" = 3 THEN "t13"."money" ELSE "t13"."money" * 0 END) AS "q3"
      FROM "t11" AS "t13"
      GROUP BY
        "t13"."customer"
    ) AS "t19"
    INNER JOIN (
      SELECT
        "t21"."customer" AS "customer",
        MAX("t21"."money") AS "peak"
      FROM (
        SELECT
          "t16"."customer" AS "customer",
          "t16"."pair" AS "pair",
          SUM("t16"."money") AS "money"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."money" AS "money",
              "t13"."quarter" AS "pair"
            FROM "t11" AS "t13"
          ) AS "t14"
          UNION ALL
          SELECT
            *
          FROM (
            SELECT
              "t13"."customer" AS "customer",
              "t13"."money" AS "money",
              "t13"."quarter" - 1 AS "pair"
            FROM "t11" AS "t13"
            WHERE
              "t13"."quarter" > 0
          ) AS "t15"
        ) AS "t16"
        GROUP BY
          "t16"."customer",
          "t16"."pair"
      ) AS "t21"
      GROUP BY
        "t21"."customer"
    ) AS "t25"
      ON "t19"."customer" = "t25"."customer"
  ) AS "t27"
    ON "t20"."customer" = "t27"."customer"
)
SELECT
  "t41"."customer" AS "customer",
  "t41"."orders" AS "orders",
  "t41"."last_day" AS "last_day",
  "t41"."idle" AS "idle",
  CAST("t41"."gap2" AS Nullable(Float64)) / 2 AS "gap",
  CAST("t41"."p90x10" AS Nullable(Float64)) / 10 AS "p90",
  (
    "t41"."idle" * 10
  ) > "t41"."p90x10" AS "late",
  CASE
    WHEN (
      "t23"."least" * 2 * 2
    ) > (
      "t23"."earlier2" * 3
    )
    THEN TRUE
    ELSE FALSE
  END AS "slower",
  "t41"."year" AS "value"
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t38".*
      EXCEPT ("customer_right")
    FROM (
      SELECT
        "t33"."customer" AS "customer",
        "t33"."orders" AS "orders",
        "t33"."first_day" AS "first_day",
        "t33"."last_day" AS "last_day",
        "t33"."gap2" AS "gap2",
        "t33"."p90x10" AS "p90x10",
        "t33"."q0" AS "q0",
        "t33"."q1" AS "q1",
        "t33"."q2" AS "q2",
        "t33"."q3" AS "q3",
        "t33"."peak" AS "peak",
        "t33"."level" AS "level",
        "t33"."idle" AS "idle",
        "t33"."tenure" AS "tenure",
        "t33"."recent" AS "recent",
        "t33"."before" AS "before",
        "t37"."customer" AS "customer_right",
        "t37"."year" AS "year"
      FROM (
        SELECT
          "t29"."customer" AS "customer",
          "t29"."orders" AS "orders",
          "t29"."first_day" AS "first_day",
          "t29"."last_day" AS "last_day",
          "t29"."gap2" AS "gap2",
          "t29"."p90x10" AS "p90x10",
          "t29"."q0" AS "q0",
          "t29"."q1" AS "q1",
          "t29"."q2" AS "q2",
          "t29"."q3" AS "q3",
          "t29"."peak" AS "peak",
          "t29"."level" AS "level",
          DATE_DIFF(DAY, "t29"."last_day", toDate('2024-06-30')) AS "idle",
          DATE_DIFF(DAY, "t29"."first_day", toDate('2024-06-30')) AS "tenure",
          "t29"."q0" + "t29"."q1" AS "recent",
          "t29"."q2" + "t29"."q3" AS "before"
        FROM "t28" AS "t29"
      ) AS "t33"
      LEFT OUTER JOIN (
        SELECT
          "t35"."customer" AS "customer",
          SUM("t35"."spend") AS "year"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t4"."customer" AS "customer",
              "t4"."day" AS "day",
              "t4"."spend" AS "spend",
              "t31"."last_day" AS "last_day"
            FROM "t2" AS "t4"
            INNER JOIN (
              SELECT
                "t29"."customer" AS "customer",
                "t29"."last_day" AS "last_day"
              FROM "t28" AS "t29"
            ) AS "t31"
              ON "t4"."customer" = "t31"."customer"
          ) AS "t34"
          WHERE
            DATE_DIFF(DAY, "t34"."day", "t34"."last_day") < 365
        ) AS "t35"
        GROUP BY
          "t35"."customer"
      ) AS "t37"
        ON "t33"."customer" = "t37"."customer"
    ) AS "t38"
  ) AS "t39"
  WHERE
    "t39"."orders" >= 4
) AS "t41"
LEFT OUTER JOIN (
  SELECT
    "t12"."customer" AS "customer",
    SUM(
      CASE
        WHEN "t12"."late"
        THEN 0
        ELSE CASE
          WHEN CASE
            WHEN (
              "t12"."many" % 2
            ) = 1
            THEN (
              "t12"."rank" * 2
            ) = (
              "t12"."many" + 1
            )
            ELSE (
              (
                "t12"."rank" * 2
              ) = "t12"."many"
            )
            OR (
              (
                "t12"."rank" * 2
              ) = (
                "t12"."many" + 2
              )
            )
          END
          THEN "t12"."gap" * CASE WHEN (
            "t12"."many" % 2
          ) = 1 THEN 2 ELSE 1 END
          ELSE 0
        END
      END
    ) AS "earlier2",
    minIf("t12"."gap", "t12"."late") AS "least"
  FROM (
    SELECT
      "t8"."customer" AS "customer",
      "t8"."day" AS "day",
      "t8"."spend" AS "spend",
      "t8"."place" AS "place",
      "t8"."n" AS "n",
      "t8"."gap" AS "gap",
      "t8"."late" AS "late",
      "t8"."many" AS "many",
      (
        ROW_NUMBER() OVER (
          PARTITION BY "t8"."customer", "t8"."late"
          ORDER BY "t8"."gap" ASC, "t8"."day" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "rank"
    FROM (
      SELECT
        "t7"."customer" AS "customer",
        "t7"."day" AS "day",
        "t7"."spend" AS "spend",
        "t7"."place" AS "place",
        "t7"."n" AS "n",
        "t7"."gap" AS "gap",
        "t7"."place" >= (
          "t7"."n" - 2
        ) AS "late",
        "t7"."n" - 3 AS "many"
      FROM (
        SELECT
          "t6".*
          EXCEPT ("previous")
        FROM (
          SELECT
            "t5"."customer" AS "customer",
            "t5"."day" AS "day",
            "t5"."spend" AS "spend",
            "t5"."previous" AS "previous",
            CAST("t5"."place" AS Nullable(Int32)) AS "place",
            CAST("t5"."n" AS Nullable(Int32)) AS "n",
            CAST(CASE
              WHEN "t5"."place" = 0
              THEN -1
              ELSE DATE_DIFF(DAY, "t5"."previous", "t5"."day")
            END AS Nullable(Int32)) AS "gap"
          FROM (
            SELECT
              "t3"."customer" AS "customer",
              "t3"."day" AS "day",
              "t3"."spend" AS "spend",
              lagInFrame("t3"."day", 1) OVER (
                PARTITION BY "t3"."customer"
                ORDER BY "t3"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "previous",
              ROW_NUMBER() OVER (
                PARTITION BY "t3"."customer"
                ORDER BY "t3"."day" ASC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "place",
              COUNT(*) OVER (
                PARTITION BY "t3"."customer"
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "n"
            FROM "t2" AS "t3"
          ) AS "t5"
        ) AS "t6"
      ) AS "t7"
      WHERE
        "t7"."gap" >= 0 AND "t7"."n" >= 5
    ) AS "t8"
  ) AS "t12"
  GROUP BY
    "t12"."customer"
) AS "t23"
  ON "t41"."customer" = "t23"."customer";

-- cohorts_month
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."period" AS "period",
    SUM("t1"."amount") AS "amount"
  FROM (
    SELECT
      "t0"."customer" AS "customer",
      "t0"."amount" AS "amount",
      CAST((
        (
          (
            (
              CAST(toYear("t0"."day") AS Nullable(Int64)) * 12
            ) + CAST(toMonth("t0"."day") AS Nullable(Int64))
          ) - 1
        ) - (
          (
            (
              (
                CAST(toYear("t0"."day") AS Nullable(Int64)) * 12
              ) + CAST(toMonth("t0"."day") AS Nullable(Int64))
            ) - 1
          ) % 1
        )
      ) / 1 AS Nullable(Int64)) AS "period"
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."period"
)
SELECT
  "t7"."cohort" AS "cohort",
  "t7"."age" AS "age",
  COUNT(*) AS "customers",
  SUM("t7"."amount") AS "revenue"
FROM (
  SELECT
    "t4"."amount" AS "amount",
    "t6"."cohort" AS "cohort",
    "t4"."period" - "t6"."cohort" AS "age"
  FROM "t2" AS "t4"
  INNER JOIN (
    SELECT
      "t3"."customer" AS "customer",
      MIN("t3"."period") AS "cohort"
    FROM "t2" AS "t3"
    GROUP BY
      "t3"."customer"
  ) AS "t6"
    ON "t4"."customer" = "t6"."customer"
) AS "t7"
GROUP BY
  "t7"."cohort",
  "t7"."age";

-- cohorts_week
WITH "t2" AS (
  SELECT
    "t1"."customer" AS "customer",
    "t1"."period" AS "period",
    SUM("t1"."amount") AS "amount"
  FROM (
    SELECT
      "t0"."customer" AS "customer",
      "t0"."amount" AS "amount",
      CAST((
        (
          DATE_DIFF(DAY, toDate('1970-01-05'), "t0"."day") + 700000
        ) - (
          (
            DATE_DIFF(DAY, toDate('1970-01-05'), "t0"."day") + 700000
          ) % 7
        )
      ) / 7 AS Nullable(Int64)) AS "period"
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" <= toDate('2024-06-30')
  ) AS "t1"
  GROUP BY
    "t1"."customer",
    "t1"."period"
)
SELECT
  "t7"."cohort" AS "cohort",
  "t7"."age" AS "age",
  COUNT(*) AS "customers",
  SUM("t7"."amount") AS "revenue"
FROM (
  SELECT
    "t4"."amount" AS "amount",
    "t6"."cohort" AS "cohort",
    "t4"."period" - "t6"."cohort" AS "age"
  FROM "t2" AS "t4"
  INNER JOIN (
    SELECT
      "t3"."customer" AS "customer",
      MIN("t3"."period") AS "cohort"
    FROM "t2" AS "t3"
    GROUP BY
      "t3"."customer"
  ) AS "t6"
    ON "t4"."customer" = "t6"."customer"
) AS "t7"
GROUP BY
  "t7"."cohort",
  "t7"."age";

-- rates
SELECT
  "t1"."customer" AS "customer",
  MIN("t1"."day") AS "first_day",
  SUM(CASE WHEN "t1"."day" >= toDate('2023-07-01') THEN 1 ELSE 0 END) AS "orders",
  SUM(
    CASE
      WHEN "t1"."day" >= toDate('2023-07-01')
      THEN "t1"."amount"
      ELSE "t1"."amount" * 0
    END
  ) AS "money",
  SUM(
    CASE
      WHEN (
        "t1"."day" >= toDate('2022-07-01')
      )
      AND (
        "t1"."day" <= toDate('2023-06-30')
      )
      THEN 1
      ELSE 0
    END
  ) AS "earlier"
FROM (
  SELECT
    *
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" <= toDate('2024-06-30')
) AS "t1"
GROUP BY
  "t1"."customer";

