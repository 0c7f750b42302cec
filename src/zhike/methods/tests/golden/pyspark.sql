-- orders_of_lines
SELECT
  `t1`.`customer`,
  `t1`.`day`,
  `t1`.`amount`,
  `t1`.`order`
FROM (
  SELECT
    `t0`.`customer`,
    `t0`.`order`,
    MIN(`t0`.`day`) AS `day`,
    SUM(`t0`.`amount`) AS `amount`
  FROM `orders` AS `t0`
  GROUP BY
    1,
    2
) AS `t1`;

-- values
SELECT
  `t2`.`customer`,
  `t2`.`value`,
  `t2`.`latest` >= MAKE_DATE(2023, 7, 1) AS `active`
FROM (
  SELECT
    `t1`.`customer`,
    SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `value`,
    MAX(`t1`.`day`) AS `latest`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t1`
  GROUP BY
    1
) AS `t2`;

-- abc
SELECT
  `t4`.`customer`,
  `t4`.`value`,
  `t4`.`rank`,
  `t4`.`cumulative`,
  CASE
    WHEN `t4`.`value` <= 0
    THEN 'C'
    WHEN `t4`.`first` = 1
    THEN 'A'
    WHEN (
      (
        `t4`.`cumulative` - (
          (
            `t4`.`rank` - `t4`.`first`
          ) * `t4`.`value`
        )
      ) * 20
    ) <= (
      `t4`.`total` * 11
    )
    THEN 'A'
    WHEN (
      (
        `t4`.`cumulative` - (
          (
            `t4`.`rank` - `t4`.`first`
          ) * `t4`.`value`
        )
      ) * 20
    ) <= (
      `t4`.`total` * 17
    )
    THEN 'B'
    ELSE 'C'
  END AS `class`
FROM (
  SELECT
    `t3`.`customer`,
    `t3`.`value`,
    (
      ROW_NUMBER() OVER (ORDER BY `t3`.`value` DESC, `t3`.`customer` ASC NULLS LAST) - 1
    ) + 1 AS `rank`,
    (
      RANK() OVER (ORDER BY `t3`.`value` DESC) - 1
    ) + 1 AS `first`,
    SUM(`t3`.`value`) OVER (
      ORDER BY `t3`.`value` DESC, `t3`.`customer` ASC NULLS LAST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `cumulative`,
    SUM(IF(`t3`.`value` > 0, `t3`.`value`, `t3`.`value` * 0)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `total`
  FROM (
    SELECT
      `t2`.`customer`,
      `t2`.`value`,
      `t2`.`latest` >= MAKE_DATE(2023, 7, 1) AS `active`
    FROM (
      SELECT
        `t1`.`customer`,
        SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `value`,
        MAX(`t1`.`day`) AS `latest`
      FROM (
        SELECT
          *
        FROM `orders` AS `t0`
        WHERE
          `t0`.`day` <= MAKE_DATE(2024, 6, 30)
      ) AS `t1`
      GROUP BY
        1
    ) AS `t2`
    WHERE
      `t2`.`latest` >= MAKE_DATE(2023, 7, 1)
  ) AS `t3`
) AS `t4`;

-- concentration
SELECT
  `t3`.`customer`,
  `t3`.`value`,
  (
    ROW_NUMBER() OVER (ORDER BY `t3`.`value` DESC, `t3`.`customer` ASC NULLS LAST) - 1
  ) + 1 AS `rank`,
  COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
FROM (
  SELECT
    `t2`.`customer`,
    `t2`.`value`,
    `t2`.`latest` >= MAKE_DATE(2023, 7, 1) AS `active`
  FROM (
    SELECT
      `t1`.`customer`,
      SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `value`,
      MAX(`t1`.`day`) AS `latest`
    FROM (
      SELECT
        *
      FROM `orders` AS `t0`
      WHERE
        `t0`.`day` <= MAKE_DATE(2024, 6, 30)
    ) AS `t1`
    GROUP BY
      1
  ) AS `t2`
  WHERE
    `t2`.`value` > 0
) AS `t3`;

-- pyramid
SELECT
  `t4`.`customer`,
  `t4`.`value`,
  `t4`.`rank`,
  CASE
    WHEN NOT (
      `t4`.`active`
    )
    THEN 'inactive'
    WHEN (
      (
        `t4`.`rank` - 1
      ) * 100
    ) < (
      `t4`.`n` * 1
    )
    THEN 'top'
    WHEN (
      (
        `t4`.`rank` - 1
      ) * 20
    ) < (
      `t4`.`n` * 1
    )
    THEN 'high'
    WHEN (
      (
        `t4`.`rank` - 1
      ) * 5
    ) < (
      `t4`.`n` * 1
    )
    THEN 'middle'
    ELSE 'base'
  END AS `level`
FROM (
  SELECT
    `t3`.`customer`,
    `t3`.`value`,
    `t3`.`active`,
    (
      ROW_NUMBER() OVER (ORDER BY `t3`.`active` DESC, `t3`.`value` DESC, `t3`.`customer` ASC NULLS LAST) - 1
    ) + 1 AS `rank`,
    SUM(IF(`t3`.`active`, 1, 0)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
  FROM (
    SELECT
      `t2`.`customer`,
      `t2`.`value`,
      `t2`.`latest` >= MAKE_DATE(2023, 7, 1) AS `active`
    FROM (
      SELECT
        `t1`.`customer`,
        SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `value`,
        MAX(`t1`.`day`) AS `latest`
      FROM (
        SELECT
          *
        FROM `orders` AS `t0`
        WHERE
          `t0`.`day` <= MAKE_DATE(2024, 6, 30)
      ) AS `t1`
      GROUP BY
        1
    ) AS `t2`
  ) AS `t3`
) AS `t4`;

-- migration
SELECT
  COALESCE(`t11`.`customer`, `t12`.`customer_now`) AS `customer`,
  COALESCE(`t11`.`level`, 'new') AS `level_then`,
  COALESCE(`t12`.`level_now`, 'inactive') AS `level_now`,
  COALESCE(`t11`.`value`, 0) AS `value_then`,
  COALESCE(`t12`.`value_now`, 0) AS `value_now`
FROM (
  SELECT
    `t7`.`customer`,
    CASE
      WHEN NOT (
        `t7`.`active`
      )
      THEN 'inactive'
      WHEN (
        (
          `t7`.`rank` - 1
        ) * 100
      ) < (
        `t7`.`n` * 1
      )
      THEN 'top'
      WHEN (
        (
          `t7`.`rank` - 1
        ) * 20
      ) < (
        `t7`.`n` * 1
      )
      THEN 'high'
      WHEN (
        (
          `t7`.`rank` - 1
        ) * 5
      ) < (
        `t7`.`n` * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS `level`,
    `t7`.`value`
  FROM (
    SELECT
      `t5`.`customer`,
      `t5`.`value`,
      `t5`.`active`,
      (
        ROW_NUMBER() OVER (ORDER BY `t5`.`active` DESC, `t5`.`value` DESC, `t5`.`customer` ASC NULLS LAST) - 1
      ) + 1 AS `rank`,
      SUM(IF(`t5`.`active`, 1, 0)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
    FROM (
      SELECT
        `t3`.`customer`,
        `t3`.`value`,
        `t3`.`latest` >= MAKE_DATE(2022, 7, 1) AS `active`
      FROM (
        SELECT
          `t1`.`customer`,
          SUM(IF(`t1`.`day` >= MAKE_DATE(2022, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `value`,
          MAX(`t1`.`day`) AS `latest`
        FROM (
          SELECT
            *
          FROM `orders` AS `t0`
          WHERE
            `t0`.`day` <= MAKE_DATE(2023, 6, 30)
        ) AS `t1`
        GROUP BY
          1
      ) AS `t3`
    ) AS `t5`
  ) AS `t7`
) AS `t11`
FULL OUTER JOIN (
  SELECT
    `t8`.`customer` AS `customer_now`,
    CASE
      WHEN NOT (
        `t8`.`active`
      )
      THEN 'inactive'
      WHEN (
        (
          `t8`.`rank` - 1
        ) * 100
      ) < (
        `t8`.`n` * 1
      )
      THEN 'top'
      WHEN (
        (
          `t8`.`rank` - 1
        ) * 20
      ) < (
        `t8`.`n` * 1
      )
      THEN 'high'
      WHEN (
        (
          `t8`.`rank` - 1
        ) * 5
      ) < (
        `t8`.`n` * 1
      )
      THEN 'middle'
      ELSE 'base'
    END AS `level_now`,
    `t8`.`value` AS `value_now`
  FROM (
    SELECT
      `t6`.`customer`,
      `t6`.`value`,
      `t6`.`active`,
      (
        ROW_NUMBER() OVER (ORDER BY `t6`.`active` DESC, `t6`.`value` DESC, `t6`.`customer` ASC NULLS LAST) - 1
      ) + 1 AS `rank`,
      SUM(IF(`t6`.`active`, 1, 0)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
    FROM (
      SELECT
        `t4`.`customer`,
        `t4`.`value`,
        `t4`.`latest` >= MAKE_DATE(2023, 7, 1) AS `active`
      FROM (
        SELECT
          `t2`.`customer`,
          SUM(IF(`t2`.`day` >= MAKE_DATE(2023, 7, 1), `t2`.`amount`, `t2`.`amount` * 0)) AS `value`,
          MAX(`t2`.`day`) AS `latest`
        FROM (
          SELECT
            *
          FROM `orders` AS `t0`
          WHERE
            `t0`.`day` <= MAKE_DATE(2024, 6, 30)
        ) AS `t2`
        GROUP BY
          1
      ) AS `t4`
    ) AS `t6`
  ) AS `t8`
) AS `t12`
  ON `t11`.`customer` = `t12`.`customer_now`;

-- rfm_measures
SELECT
  `t2`.`customer`,
  `t2`.`frequency`,
  `t2`.`monetary`,
  DATEDIFF(DAY, `t2`.`last`, MAKE_DATE(2024, 6, 30)) AS `recency`
FROM (
  SELECT
    `t1`.`customer`,
    MAX(`t1`.`day`) AS `last`,
    COUNT(*) AS `frequency`,
    SUM(`t1`.`amount`) AS `monetary`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30) AND `t0`.`day` > MAKE_DATE(2023, 6, 30)
  ) AS `t1`
  GROUP BY
    1
) AS `t2`;

-- rfm_order_statistics
WITH `t3` AS (
  SELECT
    `t2`.`customer`,
    `t2`.`frequency`,
    `t2`.`monetary`,
    DATEDIFF(DAY, `t2`.`last`, MAKE_DATE(2024, 6, 30)) AS `recency`
  FROM (
    SELECT
      `t1`.`customer`,
      MAX(`t1`.`day`) AS `last`,
      COUNT(*) AS `frequency`,
      SUM(`t1`.`amount`) AS `monetary`
    FROM (
      SELECT
        *
      FROM `orders` AS `t0`
      WHERE
        `t0`.`day` <= MAKE_DATE(2024, 6, 30) AND `t0`.`day` > MAKE_DATE(2023, 6, 30)
    ) AS `t1`
    GROUP BY
      1
  ) AS `t2`
)
SELECT
  `t17`.`measure`,
  `t17`.`value`,
  `t17`.`before`,
  `t17`.`reached`,
  `t17`.`n`
FROM (
  SELECT
    *
  FROM (
    SELECT
      `t10`.`before`,
      `t10`.`reached`,
      `t10`.`n`,
      'monetary' AS `measure`,
      CAST(`t10`.`value` AS DECIMAL(30, 6)) AS `value`
    FROM (
      SELECT
        `t7`.`value`,
        `t7`.`n`,
        `t7`.`before`,
        `t7`.`before` + 1 AS `reached`
      FROM (
        SELECT
          `t4`.`monetary` AS `value`,
          ROW_NUMBER() OVER (ORDER BY `t4`.`monetary` ASC NULLS LAST) - 1 AS `before`,
          COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
        FROM `t3` AS `t4`
      ) AS `t7`
    ) AS `t10`
    WHERE
      (
        (
          (
            (
              `t10`.`before` - 1
            ) * 5
          ) <= (
            (
              `t10`.`n` - 1
            ) * 1
          )
        )
        AND (
          (
            (
              `t10`.`n` - 1
            ) * 1
          ) < (
            `t10`.`reached` * 5
          )
        )
      )
      OR (
        (
          (
            (
              `t10`.`before` - 1
            ) * 5
          ) <= (
            (
              `t10`.`n` - 1
            ) * 2
          )
        )
        AND (
          (
            (
              `t10`.`n` - 1
            ) * 2
          ) < (
            `t10`.`reached` * 5
          )
        )
      )
      OR (
        (
          (
            (
              `t10`.`before` - 1
            ) * 5
          ) <= (
            (
              `t10`.`n` - 1
            ) * 3
          )
        )
        AND (
          (
            (
              `t10`.`n` - 1
            ) * 3
          ) < (
            `t10`.`reached` * 5
          )
        )
      )
      OR (
        (
          (
            (
              `t10`.`before` - 1
            ) * 5
          ) <= (
            (
              `t10`.`n` - 1
            ) * 4
          )
        )
        AND (
          (
            (
              `t10`.`n` - 1
            ) * 4
          ) < (
            `t10`.`reached` * 5
          )
        )
      )
  ) AS `t13`
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      *
    FROM (
      SELECT
        `t11`.`before`,
        `t11`.`reached`,
        `t11`.`n`,
        'recency' AS `measure`,
        CAST(`t11`.`value` AS DECIMAL(30, 6)) AS `value`
      FROM (
        SELECT
          `t8`.`value`,
          `t8`.`reached`,
          `t8`.`n`,
          `t8`.`reached` - `t8`.`many` AS `before`
        FROM (
          SELECT
            `t5`.`value`,
            `t5`.`many`,
            SUM(`t5`.`many`) OVER (
              ORDER BY `t5`.`value` ASC NULLS LAST
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS `reached`,
            SUM(`t5`.`many`) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
          FROM (
            SELECT
              `t4`.`recency` AS `value`,
              COUNT(*) AS `many`
            FROM `t3` AS `t4`
            GROUP BY
              1
          ) AS `t5`
        ) AS `t8`
      ) AS `t11`
      WHERE
        (
          (
            (
              (
                `t11`.`before` - 1
              ) * 5
            ) <= (
              (
                `t11`.`n` - 1
              ) * 1
            )
          )
          AND (
            (
              (
                `t11`.`n` - 1
              ) * 1
            ) < (
              `t11`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t11`.`before` - 1
              ) * 5
            ) <= (
              (
                `t11`.`n` - 1
              ) * 2
            )
          )
          AND (
            (
              (
                `t11`.`n` - 1
              ) * 2
            ) < (
              `t11`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t11`.`before` - 1
              ) * 5
            ) <= (
              (
                `t11`.`n` - 1
              ) * 3
            )
          )
          AND (
            (
              (
                `t11`.`n` - 1
              ) * 3
            ) < (
              `t11`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t11`.`before` - 1
              ) * 5
            ) <= (
              (
                `t11`.`n` - 1
              ) * 4
            )
          )
          AND (
            (
              (
                `t11`.`n` - 1
              ) * 4
            ) < (
              `t11`.`reached` * 5
            )
          )
        )
    ) AS `t14`
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        `t12`.`before`,
        `t12`.`reached`,
        `t12`.`n`,
        'frequency' AS `measure`,
        CAST(`t12`.`value` AS DECIMAL(30, 6)) AS `value`
      FROM (
        SELECT
          `t9`.`value`,
          `t9`.`reached`,
          `t9`.`n`,
          `t9`.`reached` - `t9`.`many` AS `before`
        FROM (
          SELECT
            `t6`.`value`,
            `t6`.`many`,
            SUM(`t6`.`many`) OVER (
              ORDER BY `t6`.`value` ASC NULLS LAST
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS `reached`,
            SUM(`t6`.`many`) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
          FROM (
            SELECT
              `t4`.`frequency` AS `value`,
              COUNT(*) AS `many`
            FROM `t3` AS `t4`
            GROUP BY
              1
          ) AS `t6`
        ) AS `t9`
      ) AS `t12`
      WHERE
        (
          (
            (
              (
                `t12`.`before` - 1
              ) * 5
            ) <= (
              (
                `t12`.`n` - 1
              ) * 1
            )
          )
          AND (
            (
              (
                `t12`.`n` - 1
              ) * 1
            ) < (
              `t12`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t12`.`before` - 1
              ) * 5
            ) <= (
              (
                `t12`.`n` - 1
              ) * 2
            )
          )
          AND (
            (
              (
                `t12`.`n` - 1
              ) * 2
            ) < (
              `t12`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t12`.`before` - 1
              ) * 5
            ) <= (
              (
                `t12`.`n` - 1
              ) * 3
            )
          )
          AND (
            (
              (
                `t12`.`n` - 1
              ) * 3
            ) < (
              `t12`.`reached` * 5
            )
          )
        )
        OR (
          (
            (
              (
                `t12`.`before` - 1
              ) * 5
            ) <= (
              (
                `t12`.`n` - 1
              ) * 4
            )
          )
          AND (
            (
              (
                `t12`.`n` - 1
              ) * 4
            ) < (
              `t12`.`reached` * 5
            )
          )
        )
    ) AS `t15`
  ) AS `t16`
) AS `t17`;

-- rfm
SELECT
  `t4`.`customer`,
  `t4`.`recency`,
  `t4`.`frequency`,
  `t4`.`monetary`,
  `t4`.`r`,
  `t4`.`f`,
  `t4`.`m`,
  CASE
    WHEN (
      (
        `t4`.`r` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = TRUE
    )
    THEN 'champions'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = TRUE
    )
    THEN 'promising'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = TRUE
    )
    THEN 'keep'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = TRUE
    )
    THEN 'rescue'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = FALSE
    )
    THEN 'regular'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = FALSE
    )
    THEN 'newcomers'
    WHEN (
      (
        `t4`.`r` >= 4
      ) = FALSE
    )
    AND (
      (
        `t4`.`f` >= 4
      ) = TRUE
    )
    AND (
      (
        `t4`.`m` >= 4
      ) = FALSE
    )
    THEN 'fading'
    ELSE 'dormant'
  END AS `segment`
FROM (
  SELECT
    `t3`.`customer`,
    `t3`.`frequency`,
    `t3`.`monetary`,
    `t3`.`recency`,
    5 - (
      IF(`t3`.`recency` >= CAST('31.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`recency` >= CAST('61.50000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`recency` >= CAST('120.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`recency` >= CAST('240.00000000' AS DECIMAL(38, 8)), 1, 0)
    ) AS `r`,
    IF(`t3`.`frequency` >= CAST('2.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`frequency` >= CAST('3.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`frequency` >= CAST('4.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`frequency` >= CAST('6.00000000' AS DECIMAL(38, 8)), 1, 0) + 1 AS `f`,
    IF(`t3`.`monetary` >= CAST('100.50000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`monetary` >= CAST('200.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`monetary` >= CAST('300.00000000' AS DECIMAL(38, 8)), 1, 0) + IF(`t3`.`monetary` >= CAST('400.00000000' AS DECIMAL(38, 8)), 1, 0) + 1 AS `m`
  FROM (
    SELECT
      `t2`.`customer`,
      `t2`.`frequency`,
      `t2`.`monetary`,
      DATEDIFF(DAY, `t2`.`last`, MAKE_DATE(2024, 6, 30)) AS `recency`
    FROM (
      SELECT
        `t1`.`customer`,
        MAX(`t1`.`day`) AS `last`,
        COUNT(*) AS `frequency`,
        SUM(`t1`.`amount`) AS `monetary`
      FROM (
        SELECT
          *
        FROM `orders` AS `t0`
        WHERE
          `t0`.`day` <= MAKE_DATE(2024, 6, 30) AND `t0`.`day` > MAKE_DATE(2023, 6, 30)
      ) AS `t1`
      GROUP BY
        1
    ) AS `t2`
  ) AS `t3`
) AS `t4`;

-- purchases
SELECT
  `t3`.`customer`,
  `t3`.`frequency`,
  `t3`.`first_day`,
  `t3`.`last_day`,
  CAST(DATEDIFF(DAY, `t3`.`first_day`, `t3`.`last_day`) * 1 AS DOUBLE) / 7 AS `recency`,
  CAST(DATEDIFF(DAY, `t3`.`first_day`, MAKE_DATE(2024, 6, 30)) * 1 AS DOUBLE) / 7 AS `T`,
  COALESCE(
    CAST(`t3`.`spend` - `t3`.`first_spend` AS DOUBLE) / NULLIF(`t3`.`frequency`, 0),
    CAST(0 AS DOUBLE)
  ) AS `mean_spend`
FROM (
  SELECT
    `t2`.`customer`,
    COUNT(*) - 1 AS `frequency`,
    MIN(`t2`.`day`) AS `first_day`,
    MAX(`t2`.`day`) AS `last_day`,
    SUM(`t2`.`spend`) AS `spend`,
    MIN_BY(`t2`.`spend`, `t2`.`day`) AS `first_spend`
  FROM (
    SELECT
      `t1`.`customer`,
      `t1`.`day`,
      SUM(`t1`.`amount`) AS `spend`
    FROM (
      SELECT
        *
      FROM `orders` AS `t0`
      WHERE
        `t0`.`day` <= MAKE_DATE(2024, 6, 30)
    ) AS `t1`
    GROUP BY
      1,
      2
  ) AS `t2`
  GROUP BY
    1
) AS `t3`;

-- lifecycle
WITH `t2` AS (
  SELECT
    `t1`.`customer`,
    `t1`.`day`,
    SUM(`t1`.`amount`) AS `spend`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t1`
  GROUP BY
    1,
    2
), `t7` AS (
  SELECT
    `t5`.`customer`,
    `t5`.`clock`,
    `t5`.`quarter`,
    SUM(`t5`.`spend`) AS `money`
  FROM (
    SELECT
      `t3`.`customer`,
      MAKE_DATE(2024, 6, 30) AS `clock`,
      `t3`.`spend`,
      CAST((
        DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) - (
          DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) % 91
        )
      ) / 91 AS BIGINT) AS `quarter`
    FROM `t2` AS `t3`
  ) AS `t5`
  GROUP BY
    1,
    2,
    3
)
SELECT
  `t25`.`customer`,
  `t25`.`clock`,
  `t25`.`orders`,
  `t25`.`first_day`,
  `t25`.`last_day`,
  IF(`t25`.`orders` < 3, 91, `t25`.`gap2`) AS `gap2`,
  `t25`.`p90x10`,
  `t25`.`q0`,
  `t25`.`q1`,
  `t25`.`q2`,
  `t25`.`q3`,
  `t25`.`peak`,
  `t25`.`level`,
  `t25`.`idle`,
  `t25`.`tenure`,
  `t25`.`recent`,
  `t25`.`before`,
  CASE
    WHEN (
      (
        `t25`.`idle` * 2
      ) > (
        IF(`t25`.`orders` < 3, 91, `t25`.`gap2`) * 3
      )
    )
    AND (
      `t25`.`idle` > 365
    )
    THEN 'lost'
    WHEN (
      (
        `t25`.`before` > 0
      )
      AND (
        (
          (
            `t25`.`recent` - `t25`.`before`
          ) * 10
        ) < -(
          `t25`.`before` * 1
        )
      )
    )
    OR (
      (
        `t25`.`q0` < `t25`.`q1`
      )
      AND (
        `t25`.`q1` < `t25`.`q2`
      )
      AND (
        (
          (
            `t25`.`q2` - `t25`.`q0`
          ) * 5
        ) > (
          `t25`.`q2` * 1
        )
      )
    )
    OR (
      (
        `t25`.`idle` * 2
      ) > (
        IF(`t25`.`orders` < 3, 91, `t25`.`gap2`) * 2
      )
    )
    THEN 'decline'
    WHEN (
      `t25`.`orders` < 3
    )
    OR (
      (
        (
          `t25`.`tenure` * 2
        ) < (
          IF(`t25`.`orders` < 3, 91, `t25`.`gap2`) * 3
        )
      )
      OR (
        `t25`.`tenure` < 90
      )
    )
    THEN 'explore'
    WHEN NOT (
      `t25`.`before` > 0
    )
    OR (
      (
        (
          `t25`.`recent` - `t25`.`before`
        ) * 10
      ) > (
        `t25`.`before` * 1
      )
    )
    THEN 'build'
    WHEN (
      `t25`.`tenure` >= 364
    )
    AND (
      (
        `t25`.`level` * 5
      ) >= (
        `t25`.`peak` * 4
      )
    )
    THEN 'stable'
    ELSE 'build'
  END AS `stage`
FROM (
  SELECT
    `t24`.`customer`,
    `t24`.`clock`,
    `t24`.`orders`,
    `t24`.`first_day`,
    `t24`.`last_day`,
    `t24`.`gap2`,
    `t24`.`p90x10`,
    `t24`.`q0`,
    `t24`.`q1`,
    `t24`.`q2`,
    `t24`.`q3`,
    `t24`.`peak`,
    `t24`.`level`,
    DATEDIFF(DAY, `t24`.`last_day`, `t24`.`clock`) AS `idle`,
    DATEDIFF(DAY, `t24`.`first_day`, `t24`.`clock`) AS `tenure`,
    `t24`.`q0` + `t24`.`q1` AS `recent`,
    `t24`.`q2` + `t24`.`q3` AS `before`
  FROM (
    SELECT
      `t23`.`customer`,
      `t23`.`clock`,
      `t23`.`orders`,
      `t23`.`first_day`,
      `t23`.`last_day`,
      `t23`.`gap2`,
      `t23`.`p90x10`,
      `t21`.`q0`,
      `t21`.`q1`,
      `t21`.`q2`,
      `t21`.`q3`,
      `t21`.`peak`,
      `t21`.`level`
    FROM (
      SELECT
        `t16`.`customer`,
        `t16`.`clock`,
        COUNT(*) AS `orders`,
        MIN(`t16`.`day`) AS `first_day`,
        MAX(`t16`.`day`) AS `last_day`,
        SUM(
          IF(
            `t16`.`gap` >= 0,
            IF(
              IF(
                (
                  (
                    `t16`.`n` - 1
                  ) % 2
                ) = 1,
                (
                  `t16`.`rank` * 2
                ) = (
                  (
                    `t16`.`n` - 1
                  ) + 1
                ),
                (
                  (
                    `t16`.`rank` * 2
                  ) = (
                    `t16`.`n` - 1
                  )
                )
                OR (
                  (
                    `t16`.`rank` * 2
                  ) = (
                    (
                      `t16`.`n` - 1
                    ) + 2
                  )
                )
              ),
              `t16`.`gap` * IF((
                (
                  `t16`.`n` - 1
                ) % 2
              ) = 1, 2, 1),
              0
            ),
            0
          )
        ) AS `gap2`,
        SUM(
          IF(
            `t16`.`gap` >= 0,
            CASE
              WHEN (
                (
                  (
                    `t16`.`rank` - 1
                  ) * 10
                ) <= (
                  (
                    (
                      `t16`.`n` - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      `t16`.`n` - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    (
                      `t16`.`rank` - 1
                    ) * 10
                  ) + 10
                )
              )
              THEN `t16`.`gap` * (
                10 - (
                  (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
              )
              WHEN (
                (
                  (
                    (
                      `t16`.`rank` - 1
                    ) * 10
                  ) - 10
                ) <= (
                  (
                    (
                      `t16`.`n` - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      `t16`.`n` - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    `t16`.`rank` - 1
                  ) * 10
                )
              )
              THEN `t16`.`gap` * (
                (
                  (
                    (
                      `t16`.`n` - 1
                    ) - 1
                  ) * 9
                ) % 10
              )
              ELSE 0
            END,
            0
          )
        ) AS `p90x10`
      FROM (
        SELECT
          `t10`.`customer`,
          `t10`.`day`,
          `t10`.`spend`,
          `t10`.`clock`,
          `t10`.`place`,
          `t10`.`n`,
          `t10`.`gap`,
          ROW_NUMBER() OVER (
            PARTITION BY `t10`.`customer`, `t10`.`clock`
            ORDER BY `t10`.`gap` ASC NULLS LAST, `t10`.`day` ASC NULLS LAST
          ) - 1 AS `rank`
        FROM (
          SELECT
            `t9`.`customer`,
            `t9`.`day`,
            `t9`.`spend`,
            `t9`.`clock`,
            `t9`.`place`,
            `t9`.`n`,
            `t9`.`gap`
          FROM (
            SELECT
              `t6`.`customer`,
              `t6`.`day`,
              `t6`.`spend`,
              `t6`.`clock`,
              `t6`.`previous`,
              `t6`.`place`,
              `t6`.`n`,
              IF(`t6`.`place` = 0, -1, DATEDIFF(DAY, `t6`.`previous`, `t6`.`day`)) AS `gap`
            FROM (
              SELECT
                `t4`.`customer`,
                `t4`.`day`,
                `t4`.`spend`,
                `t4`.`clock`,
                LAG(`t4`.`day`, 1) OVER (PARTITION BY `t4`.`customer`, `t4`.`clock` ORDER BY `t4`.`day` ASC NULLS LAST) AS `previous`,
                ROW_NUMBER() OVER (PARTITION BY `t4`.`customer`, `t4`.`clock` ORDER BY `t4`.`day` ASC NULLS LAST) - 1 AS `place`,
                COUNT(*) OVER (
                  PARTITION BY `t4`.`customer`, `t4`.`clock`
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS `n`
              FROM (
                SELECT
                  `t3`.`customer`,
                  `t3`.`day`,
                  `t3`.`spend`,
                  MAKE_DATE(2024, 6, 30) AS `clock`
                FROM `t2` AS `t3`
              ) AS `t4`
            ) AS `t6`
          ) AS `t9`
        ) AS `t10`
      ) AS `t16`
      GROUP BY
        1,
        2
    ) AS `t23`
    INNER JOIN (
      SELECT
        `t15`.`customer`,
        `t15`.`clock`,
        `t15`.`q0`,
        `t15`.`q1`,
        `t15`.`q2`,
        `t15`.`q3`,
        `t19`.`peak`,
        `t15`.`q0` + `t15`.`q1` AS `level`
      FROM (
        SELECT
          `t8`.`customer`,
          `t8`.`clock`,
          SUM(IF(`t8`.`quarter` = 0, `t8`.`money`, `t8`.`money` * 0)) AS `q0`,
          SUM(IF(`t8`.`quarter` = 1, `t8`.`money`, `t8`.`money` * 0)) AS `q1`,
          SUM(IF(`t8`.`quarter` = 2, `t8`.`money`, `t8`.`money` * 0)) AS `q2`,
          SUM(IF(`t8`.`quarter` = 3, `t8`.`money`, `t8`.`money` * 0)) AS `q3`
        FROM `t7` AS `t8`
        GROUP BY
          1,
          2
      ) AS `t15`
      INNER JOIN (
        SELECT
          `t17`.`customer`,
          `t17`.`clock`,
          MAX(`t17`.`money`) AS `peak`
        FROM (
          SELECT
            `t13`.`customer`,
            `t13`.`clock`,
            `t13`.`pair`,
            SUM(`t13`.`money`) AS `money`
          FROM (
            SELECT
              *
            FROM (
              SELECT
                `t8`.`customer`,
                `t8`.`clock`,
                `t8`.`money`,
                `t8`.`quarter` AS `pair`
              FROM `t7` AS `t8`
            ) AS `t11`
            UNION ALL
            SELECT
              *
            FROM (
              SELECT
                `t8`.`customer`,
                `t8`.`clock`,
                `t8`.`money`,
                `t8`.`quarter` - 1 AS `pair`
              FROM `t7` AS `t8`
              WHERE
                `t8`.`quarter` > 0
            ) AS `t12`
          ) AS `t13`
          GROUP BY
            1,
            2,
            3
        ) AS `t17`
        GROUP BY
          1,
          2
      ) AS `t19`
        ON `t15`.`customer` = `t19`.`customer` AND `t15`.`clock` = `t19`.`clock`
    ) AS `t21`
      ON `t23`.`customer` = `t21`.`customer` AND `t23`.`clock` = `t21`.`clock`
  ) AS `t24`
) AS `t25`;

-- lifecycle_typical_gap
WITH `t2` AS (
  SELECT
    `t1`.`customer`,
    `t1`.`day`,
    SUM(`t1`.`amount`) AS `spend`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t1`
  GROUP BY
    1,
    2
), `t7` AS (
  SELECT
    `t5`.`customer`,
    `t5`.`clock`,
    `t5`.`quarter`,
    SUM(`t5`.`spend`) AS `money`
  FROM (
    SELECT
      `t3`.`customer`,
      MAKE_DATE(2024, 6, 30) AS `clock`,
      `t3`.`spend`,
      CAST((
        DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) - (
          DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) % 91
        )
      ) / 91 AS BIGINT) AS `quarter`
    FROM `t2` AS `t3`
  ) AS `t5`
  GROUP BY
    1,
    2,
    3
)
SELECT
  MIN(IF((
    `t26`.`rank` * 2
  ) >= `t26`.`n`, `t26`.`gap2`, NULL)) AS `gap2`
FROM (
  SELECT
    `t25`.`gap2`,
    (
      ROW_NUMBER() OVER (ORDER BY `t25`.`gap2` ASC NULLS LAST, `t25`.`customer` ASC NULLS LAST) - 1
    ) + 1 AS `rank`,
    COUNT(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `n`
  FROM (
    SELECT
      `t24`.`customer`,
      `t24`.`clock`,
      `t24`.`orders`,
      `t24`.`first_day`,
      `t24`.`last_day`,
      `t24`.`gap2`,
      `t24`.`p90x10`,
      `t24`.`q0`,
      `t24`.`q1`,
      `t24`.`q2`,
      `t24`.`q3`,
      `t24`.`peak`,
      `t24`.`level`,
      DATEDIFF(DAY, `t24`.`last_day`, `t24`.`clock`) AS `idle`,
      DATEDIFF(DAY, `t24`.`first_day`, `t24`.`clock`) AS `tenure`,
      `t24`.`q0` + `t24`.`q1` AS `recent`,
      `t24`.`q2` + `t24`.`q3` AS `before`
    FROM (
      SELECT
        `t23`.`customer`,
        `t23`.`clock`,
        `t23`.`orders`,
        `t23`.`first_day`,
        `t23`.`last_day`,
        `t23`.`gap2`,
        `t23`.`p90x10`,
        `t21`.`q0`,
        `t21`.`q1`,
        `t21`.`q2`,
        `t21`.`q3`,
        `t21`.`peak`,
        `t21`.`level`
      FROM (
        SELECT
          `t16`.`customer`,
          `t16`.`clock`,
          COUNT(*) AS `orders`,
          MIN(`t16`.`day`) AS `first_day`,
          MAX(`t16`.`day`) AS `last_day`,
          SUM(
            IF(
              `t16`.`gap` >= 0,
              IF(
                IF(
                  (
                    (
                      `t16`.`n` - 1
                    ) % 2
                  ) = 1,
                  (
                    `t16`.`rank` * 2
                  ) = (
                    (
                      `t16`.`n` - 1
                    ) + 1
                  ),
                  (
                    (
                      `t16`.`rank` * 2
                    ) = (
                      `t16`.`n` - 1
                    )
                  )
                  OR (
                    (
                      `t16`.`rank` * 2
                    ) = (
                      (
                        `t16`.`n` - 1
                      ) + 2
                    )
                  )
                ),
                `t16`.`gap` * IF((
                  (
                    `t16`.`n` - 1
                  ) % 2
                ) = 1, 2, 1),
                0
              ),
              0
            )
          ) AS `gap2`,
          SUM(
            IF(
              `t16`.`gap` >= 0,
              CASE
                WHEN (
                  (
                    (
                      `t16`.`rank` - 1
                    ) * 10
                  ) <= (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      (
                        `t16`.`rank` - 1
                      ) * 10
                    ) + 10
                  )
                )
                THEN `t16`.`gap` * (
                  10 - (
                    (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                )
                WHEN (
                  (
                    (
                      (
                        `t16`.`rank` - 1
                      ) * 10
                    ) - 10
                  ) <= (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  )
                )
                AND (
                  (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  ) < (
                    (
                      `t16`.`rank` - 1
                    ) * 10
                  )
                )
                THEN `t16`.`gap` * (
                  (
                    (
                      (
                        `t16`.`n` - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
                ELSE 0
              END,
              0
            )
          ) AS `p90x10`
        FROM (
          SELECT
            `t10`.`customer`,
            `t10`.`day`,
            `t10`.`spend`,
            `t10`.`clock`,
            `t10`.`place`,
            `t10`.`n`,
            `t10`.`gap`,
            ROW_NUMBER() OVER (
              PARTITION BY `t10`.`customer`, `t10`.`clock`
              ORDER BY `t10`.`gap` ASC NULLS LAST, `t10`.`day` ASC NULLS LAST
            ) - 1 AS `rank`
          FROM (
            SELECT
              `t9`.`customer`,
              `t9`.`day`,
              `t9`.`spend`,
              `t9`.`clock`,
              `t9`.`place`,
              `t9`.`n`,
              `t9`.`gap`
            FROM (
              SELECT
                `t6`.`customer`,
                `t6`.`day`,
                `t6`.`spend`,
                `t6`.`clock`,
                `t6`.`previous`,
                `t6`.`place`,
                `t6`.`n`,
                IF(`t6`.`place` = 0, -1, DATEDIFF(DAY, `t6`.`previous`, `t6`.`day`)) AS `gap`
              FROM (
                SELECT
                  `t4`.`customer`,
                  `t4`.`day`,
                  `t4`.`spend`,
                  `t4`.`clock`,
                  LAG(`t4`.`day`, 1) OVER (PARTITION BY `t4`.`customer`, `t4`.`clock` ORDER BY `t4`.`day` ASC NULLS LAST) AS `previous`,
                  ROW_NUMBER() OVER (PARTITION BY `t4`.`customer`, `t4`.`clock` ORDER BY `t4`.`day` ASC NULLS LAST) - 1 AS `place`,
                  COUNT(*) OVER (
                    PARTITION BY `t4`.`customer`, `t4`.`clock`
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS `n`
                FROM (
                  SELECT
                    `t3`.`customer`,
                    `t3`.`day`,
                    `t3`.`spend`,
                    MAKE_DATE(2024, 6, 30) AS `clock`
                  FROM `t2` AS `t3`
                ) AS `t4`
              ) AS `t6`
            ) AS `t9`
          ) AS `t10`
        ) AS `t16`
        GROUP BY
          1,
          2
      ) AS `t23`
      INNER JOIN (
        SELECT
          `t15`.`customer`,
          `t15`.`clock`,
          `t15`.`q0`,
          `t15`.`q1`,
          `t15`.`q2`,
          `t15`.`q3`,
          `t19`.`peak`,
          `t15`.`q0` + `t15`.`q1` AS `level`
        FROM (
          SELECT
            `t8`.`customer`,
            `t8`.`clock`,
            SUM(IF(`t8`.`quarter` = 0, `t8`.`money`, `t8`.`money` * 0)) AS `q0`,
            SUM(IF(`t8`.`quarter` = 1, `t8`.`money`, `t8`.`money` * 0)) AS `q1`,
            SUM(IF(`t8`.`quarter` = 2, `t8`.`money`, `t8`.`money` * 0)) AS `q2`,
            SUM(IF(`t8`.`quarter` = 3, `t8`.`money`, `t8`.`money` * 0)) AS `q3`
          FROM `t7` AS `t8`
          GROUP BY
            1,
            2
        ) AS `t15`
        INNER JOIN (
          SELECT
            `t17`.`customer`,
            `t17`.`clock`,
            MAX(`t17`.`money`) AS `peak`
          FROM (
            SELECT
              `t13`.`customer`,
              `t13`.`clock`,
              `t13`.`pair`,
              SUM(`t13`.`money`) AS `money`
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  `t8`.`customer`,
                  `t8`.`clock`,
                  `t8`.`money`,
                  `t8`.`quarter` AS `pair`
                FROM `t7` AS `t8`
              ) AS `t11`
              UNION ALL
              SELECT
                *
              FROM (
                SELECT
                  `t8`.`customer`,
                  `t8`.`clock`,
                  `t8`.`money`,
                  `t8`.`quarter` - 1 AS `pair`
                FROM `t7` AS `t8`
                WHERE
                  `t8`.`quarter` > 0
              ) AS `t12`
            ) AS `t13`
            GROUP BY
              1,
              2,
              3
          ) AS `t17`
          GROUP BY
            1,
            2
        ) AS `t19`
          ON `t15`.`customer` = `t19`.`customer` AND `t15`.`clock` = `t19`.`clock`
      ) AS `t21`
        ON `t23`.`customer` = `t21`.`customer` AND `t23`.`clock` = `t21`.`clock`
    ) AS `t24`
    WHERE
      `t24`.`orders` >= 3
  ) AS `t25`
) AS `t26`;

-- loss_patterns
WITH `t2` AS (
  SELECT
    `t1`.`customer`,
    `t1`.`day`,
    SUM(`t1`.`amount`) AS `spend`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t1`
  GROUP BY
    1,
    2
), `t6` AS (
  SELECT
    *
  FROM (
    SELECT
      `t3`.`customer`,
      `t3`.`day`,
      `t3`.`spend`,
      MAKE_DATE(2024, 6, 30) AS `clock`
    FROM `t2` AS `t3`
    WHERE
      `t3`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t4`
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      `t3`.`customer`,
      `t3`.`day`,
      `t3`.`spend`,
      MAKE_DATE(2023, 6, 30) AS `clock`
    FROM `t2` AS `t3`
    WHERE
      `t3`.`day` <= MAKE_DATE(2023, 6, 30)
  ) AS `t5`
), `t12` AS (
  SELECT
    `t9`.`customer`,
    `t9`.`clock`,
    `t9`.`quarter`,
    SUM(`t9`.`spend`) AS `money`
  FROM (
    SELECT
      `t7`.`customer`,
      `t7`.`clock`,
      `t7`.`spend`,
      CAST((
        DATEDIFF(DAY, `t7`.`day`, `t7`.`clock`) - (
          DATEDIFF(DAY, `t7`.`day`, `t7`.`clock`) % 91
        )
      ) / 91 AS BIGINT) AS `quarter`
    FROM `t6` AS `t7`
  ) AS `t9`
  GROUP BY
    1,
    2,
    3
)
SELECT
  `t30`.`customer`,
  `t30`.`quarters_built`,
  `t30`.`quarters_stable`,
  CASE
    WHEN `t30`.`quarters_stable` >= 4
    THEN 'kept_long'
    WHEN `t30`.`quarters_stable` > 0
    THEN 'early_leave'
    WHEN `t30`.`quarters_built` > 0
    THEN 'cut_short'
    ELSE 'early_abort'
  END AS `pattern`
FROM (
  SELECT
    `t29`.`customer`,
    SUM(IF(`t29`.`stage` = 'build', 1, 0)) AS `quarters_built`,
    SUM(IF(`t29`.`stage` = 'stable', 1, 0)) AS `quarters_stable`
  FROM (
    SELECT
      `t28`.`customer`,
      `t28`.`clock`,
      `t28`.`orders`,
      `t28`.`first_day`,
      `t28`.`last_day`,
      IF(`t28`.`orders` < 3, 91, `t28`.`gap2`) AS `gap2`,
      `t28`.`p90x10`,
      `t28`.`q0`,
      `t28`.`q1`,
      `t28`.`q2`,
      `t28`.`q3`,
      `t28`.`peak`,
      `t28`.`level`,
      `t28`.`idle`,
      `t28`.`tenure`,
      `t28`.`recent`,
      `t28`.`before`,
      CASE
        WHEN (
          (
            `t28`.`idle` * 2
          ) > (
            IF(`t28`.`orders` < 3, 91, `t28`.`gap2`) * 3
          )
        )
        AND (
          `t28`.`idle` > 365
        )
        THEN 'lost'
        WHEN (
          (
            `t28`.`before` > 0
          )
          AND (
            (
              (
                `t28`.`recent` - `t28`.`before`
              ) * 10
            ) < -(
              `t28`.`before` * 1
            )
          )
        )
        OR (
          (
            `t28`.`q0` < `t28`.`q1`
          )
          AND (
            `t28`.`q1` < `t28`.`q2`
          )
          AND (
            (
              (
                `t28`.`q2` - `t28`.`q0`
              ) * 5
            ) > (
              `t28`.`q2` * 1
            )
          )
        )
        OR (
          (
            `t28`.`idle` * 2
          ) > (
            IF(`t28`.`orders` < 3, 91, `t28`.`gap2`) * 2
          )
        )
        THEN 'decline'
        WHEN (
          `t28`.`orders` < 3
        )
        OR (
          (
            (
              `t28`.`tenure` * 2
            ) < (
              IF(`t28`.`orders` < 3, 91, `t28`.`gap2`) * 3
            )
          )
          OR (
            `t28`.`tenure` < 90
          )
        )
        THEN 'explore'
        WHEN NOT (
          `t28`.`before` > 0
        )
        OR (
          (
            (
              `t28`.`recent` - `t28`.`before`
            ) * 10
          ) > (
            `t28`.`before` * 1
          )
        )
        THEN 'build'
        WHEN (
          `t28`.`tenure` >= 364
        )
        AND (
          (
            `t28`.`level` * 5
          ) >= (
            `t28`.`peak` * 4
          )
        )
        THEN 'stable'
        ELSE 'build'
      END AS `stage`
    FROM (
      SELECT
        `t27`.`customer`,
        `t27`.`clock`,
        `t27`.`orders`,
        `t27`.`first_day`,
        `t27`.`last_day`,
        `t27`.`gap2`,
        `t27`.`p90x10`,
        `t27`.`q0`,
        `t27`.`q1`,
        `t27`.`q2`,
        `t27`.`q3`,
        `t27`.`peak`,
        `t27`.`level`,
        DATEDIFF(DAY, `t27`.`last_day`, `t27`.`clock`) AS `idle`,
        DATEDIFF(DAY, `t27`.`first_day`, `t27`.`clock`) AS `tenure`,
        `t27`.`q0` + `t27`.`q1` AS `recent`,
        `t27`.`q2` + `t27`.`q3` AS `before`
      FROM (
        SELECT
          `t25`.`customer`,
          `t25`.`clock`,
          `t25`.`orders`,
          `t25`.`first_day`,
          `t25`.`last_day`,
          `t25`.`gap2`,
          `t25`.`p90x10`,
          `t26`.`q0`,
          `t26`.`q1`,
          `t26`.`q2`,
          `t26`.`q3`,
          `t26`.`peak`,
          `t26`.`level`
        FROM (
          SELECT
            `t16`.`customer`,
            `t16`.`clock`,
            COUNT(*) AS `orders`,
            MIN(`t16`.`day`) AS `first_day`,
            MAX(`t16`.`day`) AS `last_day`,
            SUM(
              IF(
                `t16`.`gap` >= 0,
                IF(
                  IF(
                    (
                      (
                        `t16`.`n` - 1
                      ) % 2
                    ) = 1,
                    (
                      `t16`.`rank` * 2
                    ) = (
                      (
                        `t16`.`n` - 1
                      ) + 1
                    ),
                    (
                      (
                        `t16`.`rank` * 2
                      ) = (
                        `t16`.`n` - 1
                      )
                    )
                    OR (
                      (
                        `t16`.`rank` * 2
                      ) = (
                        (
                          `t16`.`n` - 1
                        ) + 2
                      )
                    )
                  ),
                  `t16`.`gap` * IF((
                    (
                      `t16`.`n` - 1
                    ) % 2
                  ) = 1, 2, 1),
                  0
                ),
                0
              )
            ) AS `gap2`,
            SUM(
              IF(
                `t16`.`gap` >= 0,
                CASE
                  WHEN (
                    (
                      (
                        `t16`.`rank` - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          `t16`.`rank` - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN `t16`.`gap` * (
                    10 - (
                      (
                        (
                          (
                            `t16`.`n` - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          `t16`.`rank` - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        `t16`.`rank` - 1
                      ) * 10
                    )
                  )
                  THEN `t16`.`gap` * (
                    (
                      (
                        (
                          `t16`.`n` - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END,
                0
              )
            ) AS `p90x10`
          FROM (
            SELECT
              `t11`.`customer`,
              `t11`.`day`,
              `t11`.`spend`,
              `t11`.`clock`,
              `t11`.`place`,
              `t11`.`n`,
              `t11`.`gap`,
              ROW_NUMBER() OVER (
                PARTITION BY `t11`.`customer`, `t11`.`clock`
                ORDER BY `t11`.`gap` ASC NULLS LAST, `t11`.`day` ASC NULLS LAST
              ) - 1 AS `rank`
            FROM (
              SELECT
                `t10`.`customer`,
                `t10`.`day`,
                `t10`.`spend`,
                `t10`.`clock`,
                `t10`.`place`,
                `t10`.`n`,
                `t10`.`gap`
              FROM (
                SELECT
                  `t8`.`customer`,
                  `t8`.`day`,
                  `t8`.`spend`,
                  `t8`.`clock`,
                  `t8`.`previous`,
                  `t8`.`place`,
                  `t8`.`n`,
                  IF(`t8`.`place` = 0, -1, DATEDIFF(DAY, `t8`.`previous`, `t8`.`day`)) AS `gap`
                FROM (
                  SELECT
                    `t7`.`customer`,
                    `t7`.`day`,
                    `t7`.`spend`,
                    `t7`.`clock`,
                    LAG(`t7`.`day`, 1) OVER (PARTITION BY `t7`.`customer`, `t7`.`clock` ORDER BY `t7`.`day` ASC NULLS LAST) AS `previous`,
                    ROW_NUMBER() OVER (PARTITION BY `t7`.`customer`, `t7`.`clock` ORDER BY `t7`.`day` ASC NULLS LAST) - 1 AS `place`,
                    COUNT(*) OVER (
                      PARTITION BY `t7`.`customer`, `t7`.`clock`
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS `n`
                  FROM `t6` AS `t7`
                ) AS `t8`
              ) AS `t10`
            ) AS `t11`
          ) AS `t16`
          GROUP BY
            1,
            2
        ) AS `t25`
        INNER JOIN (
          SELECT
            `t19`.`customer`,
            `t19`.`clock`,
            `t19`.`q0`,
            `t19`.`q1`,
            `t19`.`q2`,
            `t19`.`q3`,
            `t22`.`peak`,
            `t19`.`q0` + `t19`.`q1` AS `level`
          FROM (
            SELECT
              `t13`.`customer`,
              `t13`.`clock`,
              SUM(IF(`t13`.`quarter` = 0, `t13`.`money`, `t13`.`money` * 0)) AS `q0`,
              SUM(IF(`t13`.`quarter` = 1, `t13`.`money`, `t13`.`money` * 0)) AS `q1`,
              SUM(IF(`t13`.`quarter` = 2, `t13`.`money`, `t13`.`money` * 0)) AS `q2`,
              SUM(IF(`t13`.`quarter` = 3, `t13`.`money`, `t13`.`money` * 0)) AS `q3`
            FROM `t12` AS `t13`
            GROUP BY
              1,
              2
          ) AS `t19`
          INNER JOIN (
            SELECT
              `t20`.`customer`,
              `t20`.`clock`,
              MAX(`t20`.`money`) AS `peak`
            FROM (
              SELECT
                `t17`.`customer`,
                `t17`.`clock`,
                `t17`.`pair`,
                SUM(`t17`.`money`) AS `money`
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    `t13`.`customer`,
                    `t13`.`clock`,
                    `t13`.`money`,
                    `t13`.`quarter` AS `pair`
                  FROM `t12` AS `t13`
                ) AS `t14`
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    `t13`.`customer`,
                    `t13`.`clock`,
                    `t13`.`money`,
                    `t13`.`quarter` - 1 AS `pair`
                  FROM `t12` AS `t13`
                  WHERE
                    `t13`.`quarter` > 0
                ) AS `t15`
              ) AS `t17`
              GROUP BY
                1,
                2,
                3
            ) AS `t20`
            GROUP BY
              1,
              2
          ) AS `t22`
            ON `t19`.`customer` = `t22`.`customer` AND `t19`.`clock` = `t22`.`clock`
        ) AS `t26`
          ON `t25`.`customer` = `t26`.`customer` AND `t25`.`clock` = `t26`.`clock`
      ) AS `t27`
    ) AS `t28`
  ) AS `t29`
  GROUP BY
    1
) AS `t30`;

-- value_at_stake
WITH `t2` AS (
  SELECT
    `t1`.`customer`,
    `t1`.`day`,
    SUM(`t1`.`amount`) AS `spend`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
  ) AS `t1`
  GROUP BY
    1,
    2
), `t8` AS (
  SELECT
    `t6`.`customer`,
    `t6`.`clock`,
    `t6`.`quarter`,
    SUM(`t6`.`spend`) AS `money`
  FROM (
    SELECT
      `t3`.`customer`,
      MAKE_DATE(2024, 6, 30) AS `clock`,
      `t3`.`spend`,
      CAST((
        DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) - (
          DATEDIFF(DAY, `t3`.`day`, MAKE_DATE(2024, 6, 30)) % 91
        )
      ) / 91 AS BIGINT) AS `quarter`
    FROM `t2` AS `t3`
  ) AS `t6`
  GROUP BY
    1,
    2,
    3
)
SELECT
  `t29`.`customer`,
  SUM(`t29`.`spend`) AS `year`
FROM (
  SELECT
    *
  FROM (
    SELECT
      `t4`.`customer`,
      `t4`.`day`,
      `t4`.`spend`,
      `t27`.`last_day`
    FROM `t2` AS `t4`
    INNER JOIN (
      SELECT
        `t25`.`customer`,
        `t25`.`last_day`
      FROM (
        SELECT
          `t24`.`customer`,
          `t24`.`clock`,
          `t24`.`orders`,
          `t24`.`first_day`,
          `t24`.`last_day`,
          `t24`.`gap2`,
          `t24`.`p90x10`,
          `t22`.`q0`,
          `t22`.`q1`,
          `t22`.`q2`,
          `t22`.`q3`,
          `t22`.`peak`,
          `t22`.`level`
        FROM (
          SELECT
            `t17`.`customer`,
            `t17`.`clock`,
            COUNT(*) AS `orders`,
            MIN(`t17`.`day`) AS `first_day`,
            MAX(`t17`.`day`) AS `last_day`,
            SUM(
              IF(
                `t17`.`gap` >= 0,
                IF(
                  IF(
                    (
                      (
                        `t17`.`n` - 1
                      ) % 2
                    ) = 1,
                    (
                      `t17`.`rank` * 2
                    ) = (
                      (
                        `t17`.`n` - 1
                      ) + 1
                    ),
                    (
                      (
                        `t17`.`rank` * 2
                      ) = (
                        `t17`.`n` - 1
                      )
                    )
                    OR (
                      (
                        `t17`.`rank` * 2
                      ) = (
                        (
                          `t17`.`n` - 1
                        ) + 2
                      )
                    )
                  ),
                  `t17`.`gap` * IF((
                    (
                      `t17`.`n` - 1
                    ) % 2
                  ) = 1, 2, 1),
                  0
                ),
                0
              )
            ) AS `gap2`,
            SUM(
              IF(
                `t17`.`gap` >= 0,
                CASE
                  WHEN (
                    (
                      (
                        `t17`.`rank` - 1
                      ) * 10
                    ) <= (
                      (
                        (
                          `t17`.`n` - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          `t17`.`n` - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        (
                          `t17`.`rank` - 1
                        ) * 10
                      ) + 10
                    )
                  )
                  THEN `t17`.`gap` * (
                    10 - (
                      (
                        (
                          (
                            `t17`.`n` - 1
                          ) - 1
                        ) * 9
                      ) % 10
                    )
                  )
                  WHEN (
                    (
                      (
                        (
                          `t17`.`rank` - 1
                        ) * 10
                      ) - 10
                    ) <= (
                      (
                        (
                          `t17`.`n` - 1
                        ) - 1
                      ) * 9
                    )
                  )
                  AND (
                    (
                      (
                        (
                          `t17`.`n` - 1
                        ) - 1
                      ) * 9
                    ) < (
                      (
                        `t17`.`rank` - 1
                      ) * 10
                    )
                  )
                  THEN `t17`.`gap` * (
                    (
                      (
                        (
                          `t17`.`n` - 1
                        ) - 1
                      ) * 9
                    ) % 10
                  )
                  ELSE 0
                END,
                0
              )
            ) AS `p90x10`
          FROM (
            SELECT
              `t11`.`customer`,
              `t11`.`day`,
              `t11`.`spend`,
              `t11`.`clock`,
              `t11`.`place`,
              `t11`.`n`,
              `t11`.`gap`,
              ROW_NUMBER() OVER (
                PARTITION BY `t11`.`customer`, `t11`.`clock`
                ORDER BY `t11`.`gap` ASC NULLS LAST, `t11`.`day` ASC NULLS LAST
              ) - 1 AS `rank`
            FROM (
              SELECT
                `t10`.`customer`,
                `t10`.`day`,
                `t10`.`spend`,
                `t10`.`clock`,
                `t10`.`place`,
                `t10`.`n`,
                `t10`.`gap`
              FROM (
                SELECT
                  `t7`.`customer`,
                  `t7`.`day`,
                  `t7`.`spend`,
                  `t7`.`clock`,
                  `t7`.`previous`,
                  `t7`.`place`,
                  `t7`.`n`,
                  IF(`t7`.`place` = 0, -1, DATEDIFF(DAY, `t7`.`previous`, `t7`.`day`)) AS `gap`
                FROM (
                  SELECT
                    `t5`.`customer`,
                    `t5`.`day`,
                    `t5`.`spend`,
                    `t5`.`clock`,
                    LAG(`t5`.`day`, 1) OVER (PARTITION BY `t5`.`customer`, `t5`.`clock` ORDER BY `t5`.`day` ASC NULLS LAST) AS `previous`,
                    ROW_NUMBER() OVER (PARTITION BY `t5`.`customer`, `t5`.`clock` ORDER BY `t5`.`day` ASC NULLS LAST) - 1 AS `place`,
                    COUNT(*) OVER (
                      PARTITION BY `t5`.`customer`, `t5`.`clock`
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) AS `n`
                  FROM (
                    SELECT
                      `t3`.`customer`,
                      `t3`.`day`,
                      `t3`.`spend`,
                      MAKE_DATE(2024, 6, 30) AS `clock`
                    FROM `t2` AS `t3`
                  ) AS `t5`
                ) AS `t7`
              ) AS `t10`
            ) AS `t11`
          ) AS `t17`
          GROUP BY
            1,
            2
        ) AS `t24`
        INNER JOIN (
          SELECT
            `t16`.`customer`,
            `t16`.`clock`,
            `t16`.`q0`,
            `t16`.`q1`,
            `t16`.`q2`,
            `t16`.`q3`,
            `t20`.`peak`,
            `t16`.`q0` + `t16`.`q1` AS `level`
          FROM (
            SELECT
              `t9`.`customer`,
              `t9`.`clock`,
              SUM(IF(`t9`.`quarter` = 0, `t9`.`money`, `t9`.`money` * 0)) AS `q0`,
              SUM(IF(`t9`.`quarter` = 1, `t9`.`money`, `t9`.`money` * 0)) AS `q1`,
              SUM(IF(`t9`.`quarter` = 2, `t9`.`money`, `t9`.`money` * 0)) AS `q2`,
              SUM(IF(`t9`.`quarter` = 3, `t9`.`money`, `t9`.`money` * 0)) AS `q3`
            FROM `t8` AS `t9`
            GROUP BY
              1,
              2
          ) AS `t16`
          INNER JOIN (
            SELECT
              `t18`.`customer`,
              `t18`.`clock`,
              MAX(`t18`.`money`) AS `peak`
            FROM (
              SELECT
                `t14`.`customer`,
                `t14`.`clock`,
                `t14`.`pair`,
                SUM(`t14`.`money`) AS `money`
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    `t9`.`customer`,
                    `t9`.`clock`,
                    `t9`.`money`,
                    `t9`.`quarter` AS `pair`
                  FROM `t8` AS `t9`
                ) AS `t12`
                UNION ALL
                SELECT
                  *
                FROM (
                  SELECT
                    `t9`.`customer`,
                    `t9`.`clock`,
                    `t9`.`money`,
                    `t9`.`quarter` - 1 AS `pair`
                  FROM `t8` AS `t9`
                  WHERE
                    `t9`.`quarter` > 0
                ) AS `t13`
              ) AS `t14`
              GROUP BY
                1,
                2,
                3
            ) AS `t18`
            GROUP BY
              1,
              2
          ) AS `t20`
            ON `t16`.`customer` = `t20`.`customer` AND `t16`.`clock` = `t20`.`clock`
        ) AS `t22`
          ON `t24`.`customer` = `t22`.`customer` AND `t24`.`clock` = `t22`.`clock`
      ) AS `t25`
    ) AS `t27`
      ON `t4`.`customer` = `t27`.`customer`
  ) AS `t28`
  WHERE
    DATEDIFF(DAY, `t28`.`day`, `t28`.`last_day`) < 365
) AS `t29`
GROUP BY
  1;

-- thinning_out
SELECT
  `t15`.`customer`,
  `t15`.`orders`,
  `t15`.`last_day`,
  DATEDIFF(DAY, `t15`.`last_day`, `t15`.`clock`) AS `idle`,
  (
    DATEDIFF(DAY, `t15`.`last_day`, `t15`.`clock`) * 10
  ) > `t15`.`p90x10` AS `late`,
  IF(
    (
      `t15`.`orders` >= 5
    )
    AND (
      (
        `t15`.`least` * 2 * 2
      ) > (
        `t15`.`earlier2` * 3
      )
    ),
    TRUE,
    FALSE
  ) AS `slower`,
  CAST(`t15`.`gap2` AS DOUBLE) / 2 AS `gap`,
  CAST(`t15`.`p90x10` AS DOUBLE) / 10 AS `p90`
FROM (
  SELECT
    `t14`.`customer`,
    `t14`.`clock`,
    `t14`.`orders`,
    `t14`.`first_day`,
    `t14`.`last_day`,
    `t14`.`gap2`,
    `t14`.`p90x10`,
    `t13`.`customer` AS `customer_right`,
    `t13`.`clock` AS `clock_right`,
    `t13`.`earlier2`,
    `t13`.`least`
  FROM (
    SELECT
      *
    FROM (
      SELECT
        `t8`.`customer`,
        `t8`.`clock`,
        COUNT(*) AS `orders`,
        MIN(`t8`.`day`) AS `first_day`,
        MAX(`t8`.`day`) AS `last_day`,
        SUM(
          IF(
            `t8`.`gap` >= 0,
            IF(
              IF(
                (
                  (
                    `t8`.`n` - 1
                  ) % 2
                ) = 1,
                (
                  `t8`.`rank` * 2
                ) = (
                  (
                    `t8`.`n` - 1
                  ) + 1
                ),
                (
                  (
                    `t8`.`rank` * 2
                  ) = (
                    `t8`.`n` - 1
                  )
                )
                OR (
                  (
                    `t8`.`rank` * 2
                  ) = (
                    (
                      `t8`.`n` - 1
                    ) + 2
                  )
                )
              ),
              `t8`.`gap` * IF((
                (
                  `t8`.`n` - 1
                ) % 2
              ) = 1, 2, 1),
              0
            ),
            0
          )
        ) AS `gap2`,
        SUM(
          IF(
            `t8`.`gap` >= 0,
            CASE
              WHEN (
                (
                  (
                    `t8`.`rank` - 1
                  ) * 10
                ) <= (
                  (
                    (
                      `t8`.`n` - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      `t8`.`n` - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    (
                      `t8`.`rank` - 1
                    ) * 10
                  ) + 10
                )
              )
              THEN `t8`.`gap` * (
                10 - (
                  (
                    (
                      (
                        `t8`.`n` - 1
                      ) - 1
                    ) * 9
                  ) % 10
                )
              )
              WHEN (
                (
                  (
                    (
                      `t8`.`rank` - 1
                    ) * 10
                  ) - 10
                ) <= (
                  (
                    (
                      `t8`.`n` - 1
                    ) - 1
                  ) * 9
                )
              )
              AND (
                (
                  (
                    (
                      `t8`.`n` - 1
                    ) - 1
                  ) * 9
                ) < (
                  (
                    `t8`.`rank` - 1
                  ) * 10
                )
              )
              THEN `t8`.`gap` * (
                (
                  (
                    (
                      `t8`.`n` - 1
                    ) - 1
                  ) * 9
                ) % 10
              )
              ELSE 0
            END,
            0
          )
        ) AS `p90x10`
      FROM (
        SELECT
          `t6`.`customer`,
          `t6`.`day`,
          `t6`.`spend`,
          `t6`.`clock`,
          `t6`.`place`,
          `t6`.`n`,
          `t6`.`gap`,
          ROW_NUMBER() OVER (
            PARTITION BY `t6`.`customer`, `t6`.`clock`
            ORDER BY `t6`.`gap` ASC NULLS LAST, `t6`.`day` ASC NULLS LAST
          ) - 1 AS `rank`
        FROM (
          SELECT
            `t5`.`customer`,
            `t5`.`day`,
            `t5`.`spend`,
            `t5`.`clock`,
            `t5`.`place`,
            `t5`.`n`,
            `t5`.`gap`
          FROM (
            SELECT
              `t4`.`customer`,
              `t4`.`day`,
              `t4`.`spend`,
              `t4`.`clock`,
              `t4`.`previous`,
              `t4`.`place`,
              `t4`.`n`,
              IF(`t4`.`place` = 0, -1, DATEDIFF(DAY, `t4`.`previous`, `t4`.`day`)) AS `gap`
            FROM (
              SELECT
                `t3`.`customer`,
                `t3`.`day`,
                `t3`.`spend`,
                `t3`.`clock`,
                LAG(`t3`.`day`, 1) OVER (PARTITION BY `t3`.`customer`, `t3`.`clock` ORDER BY `t3`.`day` ASC NULLS LAST) AS `previous`,
                ROW_NUMBER() OVER (PARTITION BY `t3`.`customer`, `t3`.`clock` ORDER BY `t3`.`day` ASC NULLS LAST) - 1 AS `place`,
                COUNT(*) OVER (
                  PARTITION BY `t3`.`customer`, `t3`.`clock`
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS `n`
              FROM (
                SELECT
                  `t2`.`customer`,
                  `t2`.`day`,
                  `t2`.`spend`,
                  MAKE_DATE(2024, 6, 30) AS `clock`
                FROM (
                  SELECT
                    `t1`.`customer`,
                    `t1`.`day`,
                    SUM(`t1`.`amount`) AS `spend`
                  FROM (
                    SELECT
                      *
                    FROM `orders` AS `t0`
                    WHERE
                      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
                  ) AS `t1`
                  GROUP BY
                    1,
                    2
                ) AS `t2`
              ) AS `t3`
            ) AS `t4`
          ) AS `t5`
        ) AS `t6`
      ) AS `t8`
      GROUP BY
        1,
        2
    ) AS `t10`
    WHERE
      `t10`.`orders` >= 4
  ) AS `t14`
  LEFT OUTER JOIN (
    SELECT
      `t9`.`customer`,
      `t9`.`clock`,
      SUM(
        IF(
          `t9`.`late`,
          0,
          IF(
            IF(
              (
                `t9`.`many` % 2
              ) = 1,
              (
                `t9`.`rank` * 2
              ) = (
                `t9`.`many` + 1
              ),
              (
                (
                  `t9`.`rank` * 2
                ) = `t9`.`many`
              )
              OR (
                (
                  `t9`.`rank` * 2
                ) = (
                  `t9`.`many` + 2
                )
              )
            ),
            `t9`.`gap` * IF((
              `t9`.`many` % 2
            ) = 1, 2, 1),
            0
          )
        )
      ) AS `earlier2`,
      MIN(IF(`t9`.`late`, `t9`.`gap`, NULL)) AS `least`
    FROM (
      SELECT
        `t7`.`customer`,
        `t7`.`day`,
        `t7`.`spend`,
        `t7`.`clock`,
        `t7`.`place`,
        `t7`.`n`,
        `t7`.`gap`,
        `t7`.`late`,
        `t7`.`many`,
        (
          ROW_NUMBER() OVER (
            PARTITION BY `t7`.`customer`, `t7`.`clock`, `t7`.`late`
            ORDER BY `t7`.`gap` ASC NULLS LAST, `t7`.`day` ASC NULLS LAST
          ) - 1
        ) + 1 AS `rank`
      FROM (
        SELECT
          `t6`.`customer`,
          `t6`.`day`,
          `t6`.`spend`,
          `t6`.`clock`,
          `t6`.`place`,
          `t6`.`n`,
          `t6`.`gap`,
          `t6`.`place` >= (
            `t6`.`n` - 2
          ) AS `late`,
          `t6`.`n` - 3 AS `many`
        FROM (
          SELECT
            `t5`.`customer`,
            `t5`.`day`,
            `t5`.`spend`,
            `t5`.`clock`,
            `t5`.`place`,
            `t5`.`n`,
            `t5`.`gap`
          FROM (
            SELECT
              `t4`.`customer`,
              `t4`.`day`,
              `t4`.`spend`,
              `t4`.`clock`,
              `t4`.`previous`,
              `t4`.`place`,
              `t4`.`n`,
              IF(`t4`.`place` = 0, -1, DATEDIFF(DAY, `t4`.`previous`, `t4`.`day`)) AS `gap`
            FROM (
              SELECT
                `t3`.`customer`,
                `t3`.`day`,
                `t3`.`spend`,
                `t3`.`clock`,
                LAG(`t3`.`day`, 1) OVER (PARTITION BY `t3`.`customer`, `t3`.`clock` ORDER BY `t3`.`day` ASC NULLS LAST) AS `previous`,
                ROW_NUMBER() OVER (PARTITION BY `t3`.`customer`, `t3`.`clock` ORDER BY `t3`.`day` ASC NULLS LAST) - 1 AS `place`,
                COUNT(*) OVER (
                  PARTITION BY `t3`.`customer`, `t3`.`clock`
                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                ) AS `n`
              FROM (
                SELECT
                  `t2`.`customer`,
                  `t2`.`day`,
                  `t2`.`spend`,
                  MAKE_DATE(2024, 6, 30) AS `clock`
                FROM (
                  SELECT
                    `t1`.`customer`,
                    `t1`.`day`,
                    SUM(`t1`.`amount`) AS `spend`
                  FROM (
                    SELECT
                      *
                    FROM `orders` AS `t0`
                    WHERE
                      `t0`.`day` <= MAKE_DATE(2024, 6, 30)
                  ) AS `t1`
                  GROUP BY
                    1,
                    2
                ) AS `t2`
              ) AS `t3`
            ) AS `t4`
          ) AS `t5`
        ) AS `t6`
        WHERE
          `t6`.`gap` >= 0
      ) AS `t7`
    ) AS `t9`
    GROUP BY
      1,
      2
  ) AS `t13`
    ON `t14`.`customer` = `t13`.`customer` AND `t14`.`clock` = `t13`.`clock`
) AS `t15`;

-- cohorts_month
SELECT
  `t4`.`cohort`,
  `t4`.`age`,
  COUNT(*) AS `customers`,
  SUM(`t4`.`amount`) AS `revenue`
FROM (
  SELECT
    `t3`.`customer`,
    `t3`.`period`,
    `t3`.`amount`,
    `t3`.`cohort`,
    `t3`.`period` - `t3`.`cohort` AS `age`
  FROM (
    SELECT
      `t2`.`customer`,
      `t2`.`period`,
      `t2`.`amount`,
      MIN(`t2`.`period`) OVER (
        PARTITION BY `t2`.`customer`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS `cohort`
    FROM (
      SELECT
        `t1`.`customer`,
        `t1`.`period`,
        SUM(`t1`.`amount`) AS `amount`
      FROM (
        SELECT
          `t0`.`customer`,
          `t0`.`amount`,
          CAST((
            (
              (
                (
                  CAST(EXTRACT(year FROM `t0`.`day`) AS BIGINT) * 12
                ) + CAST(EXTRACT(month FROM `t0`.`day`) AS BIGINT)
              ) - 1
            ) - (
              (
                (
                  (
                    CAST(EXTRACT(year FROM `t0`.`day`) AS BIGINT) * 12
                  ) + CAST(EXTRACT(month FROM `t0`.`day`) AS BIGINT)
                ) - 1
              ) % 1
            )
          ) / 1 AS BIGINT) AS `period`
        FROM `orders` AS `t0`
        WHERE
          `t0`.`day` <= MAKE_DATE(2024, 6, 30)
      ) AS `t1`
      GROUP BY
        1,
        2
    ) AS `t2`
  ) AS `t3`
) AS `t4`
GROUP BY
  1,
  2;

-- cohorts_week
SELECT
  `t4`.`cohort`,
  `t4`.`age`,
  COUNT(*) AS `customers`,
  SUM(`t4`.`amount`) AS `revenue`
FROM (
  SELECT
    `t3`.`customer`,
    `t3`.`period`,
    `t3`.`amount`,
    `t3`.`cohort`,
    `t3`.`period` - `t3`.`cohort` AS `age`
  FROM (
    SELECT
      `t2`.`customer`,
      `t2`.`period`,
      `t2`.`amount`,
      MIN(`t2`.`period`) OVER (
        PARTITION BY `t2`.`customer`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS `cohort`
    FROM (
      SELECT
        `t1`.`customer`,
        `t1`.`period`,
        SUM(`t1`.`amount`) AS `amount`
      FROM (
        SELECT
          `t0`.`customer`,
          `t0`.`amount`,
          CAST((
            (
              DATEDIFF(DAY, MAKE_DATE(1970, 1, 5), `t0`.`day`) + 700000
            ) - (
              (
                DATEDIFF(DAY, MAKE_DATE(1970, 1, 5), `t0`.`day`) + 700000
              ) % 7
            )
          ) / 7 AS BIGINT) AS `period`
        FROM `orders` AS `t0`
        WHERE
          `t0`.`day` <= MAKE_DATE(2024, 6, 30)
      ) AS `t1`
      GROUP BY
        1,
        2
    ) AS `t2`
  ) AS `t3`
) AS `t4`
GROUP BY
  1,
  2;

-- rates
SELECT
  `t1`.`customer`,
  MIN(`t1`.`day`) AS `first_day`,
  SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), 1, 0)) AS `orders`,
  SUM(IF(`t1`.`day` >= MAKE_DATE(2023, 7, 1), `t1`.`amount`, `t1`.`amount` * 0)) AS `money`,
  SUM(
    IF(
      (
        `t1`.`day` >= MAKE_DATE(2022, 7, 1)
      )
      AND (
        `t1`.`day` <= MAKE_DATE(2023, 6, 30)
      ),
      1,
      0
    )
  ) AS `earlier`
FROM (
  SELECT
    *
  FROM `orders` AS `t0`
  WHERE
    `t0`.`day` <= MAKE_DATE(2024, 6, 30)
) AS `t1`
GROUP BY
  1;

